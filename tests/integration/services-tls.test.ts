/** A swarm of service processes with certificates from `entrain certs`, and what becomes of a wrong one. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { runCommand } from "./run-command.ts";
import { startService } from "./service-process.ts";

const root = join(import.meta.dirname, "..", "..");
const swarm = "tls-services";
let folder: string;

function certs(...flags: string[]) {
  const cli = join(root, "services", "cli", "src", "main.ts");
  return runCommand(process.execPath, [cli, "certs", folder, "--swarm", swarm, ...flags], {
    cwd: root,
    limitMs: 20_000,
  });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "entrain-swarm-"));
  const { code, stdout } = await certs("--agents", "a-1,a-2");
  assert.equal(code, 0);
  assert.match(stdout, /agent-a-1: signed, valid until 20/);
});
after(() => rm(folder, { recursive: true }));

test("services with certificates decide alike, over a change of all certificates; the metrics tell when they end", async () => {
  await using redis = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const start = async (name: string, identity: string, env: Readonly<Record<string, string>> = {}) => {
    const shared = { ENTRAIN_SWARM: swarm, REDIS_URL: redis.url, ENTRAIN_PERIOD: "200ms", ENTRAIN_TELEMETRY: "none" };
    const tls = { ENTRAIN_TLS_DIR: join(folder, identity), ENTRAIN_TLS_RELOAD: "100ms" };
    const service = stack.use(startService(name, { ...shared, ...tls, ...env }));
    return { service, ready: await service.ready() };
  };
  const loop = await start("decision-loop", "decision-loop");
  const ENTRAIN_DECISION_LOOP = String(loop.ready["grpcAddress"]);
  const agents = await Promise.all(
    ["a-1", "a-2"].map((id) => start("agent", `agent-${id}`, { ENTRAIN_AGENT_ID: id, ENTRAIN_DECISION_LOOP })),
  );
  const console = await start("console", "console", { ENTRAIN_HTTP_PORT: "0" });
  const url = String(console.service.log().find(({ msg }) => msg === "the console answers")?.["url"]);
  const get = async (path: string) => (await fetch(`${url}${path}`)).json() as Promise<Record<string, unknown>>;
  await waitFor("both agents to be in rhythm", async () => (await get("/api/v1/rhythm"))["coherence"] !== null);
  const inject = async (incident: string) => {
    const body = JSON.stringify({ telemetry: { temperature: 85 }, incident });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/api/v1/telemetry`, { method: "POST", headers, body });
    return (await answer.json()) as { divergence: number; missing: string[]; decisions: { source: string }[] };
  };
  const decided = async (incident: string) => {
    const { divergence, missing, decisions } = await inject(incident);
    assert.deepEqual([divergence, missing, decisions.length], [0, [], 2]);
    for (const { source } of decisions) assert.match(source, /^(committed|adopted)$/);
  };
  await decided("before");
  assert.equal((await certs("--agents", "a-1,a-2", "--renew")).code, 0);
  const all = [loop, console, ...agents];
  const loads = ({ service }: (typeof all)[number]) =>
    service.log().filter(({ msg }) => msg === "certificates loaded").length;
  await waitFor("all to have the new certificates", () => Promise.resolve(all.every((one) => loads(one) >= 2)));
  await decided("after");
  const metrics = await (await fetch(`${String(loop.ready["opsUrl"])}/metrics`)).text();
  const expiry = Number(/^entrain_tls_expiry_timestamp_seconds (\S+)$/m.exec(metrics)?.[1]);
  assert.ok(expiry > Date.now() / 1_000 + 80 * 86_400, `${expiry}`);
  // The agents asked the loop, and did not decide by themselves.
  assert.match(metrics, /^entrain_context_served_total\{.*\} [1-9]/m);
});

test("a missing, a broken and a foreign certificate end a service with one sentence and exit code 78", async () => {
  const wrong: [string, (place: string) => Promise<unknown>, RegExp][] = [
    ["missing", (place) => rm(join(place, "tls.key")), /tls\.key cannot be read \(.*ENOENT/],
    ["broken", (place) => writeFile(join(place, "tls.crt"), "no certificate"), /tls cannot be used/],
    ["another's", () => Promise.resolve(), /the agent is "a-9", for whom the peer's certificate does not speak/],
  ];
  for (const [name, spoil, reason] of wrong) {
    const place = await mkdtemp(join(folder, "wrong-"));
    for (const file of ["tls.crt", "tls.key", "ca.crt"])
      await copyFile(join(folder, "agent-a-1", file), join(place, file));
    await spoil(place);
    const env = { ENTRAIN_SWARM: swarm, ENTRAIN_AGENT_ID: "a-9", ENTRAIN_TLS_DIR: place };
    await using service = startService("agent", { ...env, REDIS_URL: "redis://127.0.0.1:1" });
    assert.equal(await service.ended, 78, name);
    const [sentence, ...more] = service.sentences();
    assert.deepEqual(more, [], name);
    assert.match(sentence ?? "", /^entrain agent: ENTRAIN_TLS_DIR is "/);
    assert.match(sentence ?? "", reason);
    assert.ok(!JSON.stringify(service.log()).includes(await readFile(join(folder, "agent-a-1", "tls.key"), "utf8")));
  }
});
