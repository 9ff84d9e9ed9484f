/**
 * docker-compose.yml as its users run it: built, brought up, read through the published console, and broken. It runs where
 * a Docker engine answers; one swarm of ten agents for the whole file.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { consoleApi, type Swarm } from "../e2e/console-api.ts";
import { throughout, until } from "../e2e/until.ts";
import { startCompose, testTag, type ComposeProject } from "./compose-project.ts";
import { docker, tryDocker, whyNoDocker } from "./docker.ts";

const agents = 10;
const port = 18_080;
const api = consoleApi(`http://127.0.0.1:${port}`);

/** What `docker inspect` tells of a container, as far as it is looked at. */
interface Inspected {
  readonly Name: string;
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly State: { readonly ExitCode: number };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number | null;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>;
  };
}

const inspect = async (...ids: string[]) => JSON.parse(await docker(["inspect", ...ids])) as Inspected[];
/** A container is the agent that bears its name. */
const containerOf = (agentId: string) => agentId.replace(/^agent-/, "");

/** For ten agents and their neighbours on two cores to start, stop or follow, ms. */
const patienceMs = 60_000;
const inStep = ({ rhythm }: Swarm) => rhythm.coherence !== null && rhythm.coherence >= 0.99;

/** Whether every look within `ms` sees the swarm in step. */
async function staysInStep(ms: number): Promise<boolean> {
  let held = true;
  await throughout(ms, async () => {
    held &&= inStep(await api.swarm());
  });
  return held;
}

async function wholeAndInStep(count: number, timeoutMs = 120_000): Promise<Swarm> {
  return until(
    `${count} agents in step under a leader`,
    async () => {
      const swarm = await api.swarm();
      const whole = swarm.agents === count && swarm.leader.agentId !== null && swarm.store.up;
      return whole && swarm.rhythm.converged && inStep(swarm) && swarm;
    },
    timeoutMs,
  );
}

/**
 * A reading that all but those that are `going` decide alike. Who was too slow for the console's two seconds is asked
 * again about the same incident: it may answer late, but not otherwise. Answers how often it took.
 */
async function decidedAlike(count: number, incident: string, going: readonly string[] = []): Promise<number> {
  let asked = 0;
  let diverged = 0;
  const { decisions } = await until(
    `all decide ${incident}`,
    async () => {
      asked += 1;
      const injection = await api.inject({ temperature: 85 }, incident);
      diverged += injection.divergence;
      return injection.missing.every((id) => going.includes(id)) && injection;
    },
    30_000,
  );
  assert.equal(diverged, 0);
  if (going.length === 0) assert.equal(decisions.length, count);
  assert.deepEqual([...new Set(decisions.map(({ action }) => action))], ["cool_down"]);
  assert.equal(new Set(decisions.map(({ decisionId }) => decisionId)).size, 1, "one decision for all");
  return asked;
}

/** Reading after reading until `ended`; answers how many were decided, and for how many agents had to be asked again. */
async function decideUntil(ended: AbortSignal, going: readonly string[]) {
  const told = { decided: 0, askedAgain: 0 };
  for (; !ended.aborted; told.decided += 1)
    if ((await decidedAlike(agents, `rolling-${told.decided}`, going)) > 1) told.askedAgain += 1;
  return told;
}

const skip = whyNoDocker(["node:24-trixie-slim", "redis:8-trixie"]);

describe("docker compose up", { skip }, () => {
  let project: ComposeProject;
  before(async () => {
    project = await startCompose({ project: "entrain-test", port, agents });
  });
  after(() => project[Symbol.asyncDispose]());
  const containersOf = (...services: string[]) => project.containersOf(...services);

  test("ten agents come into step, and the console tells so on the published port", async (t) => {
    const swarm = await wholeAndInStep(agents);
    t.diagnostic(`coherence ${swarm.rhythm.coherence}, spread p50 ${swarm.rhythm.spreadMs.p50} ms`);
    await until("in step for 3 s on end", () => staysInStep(3_000), 60_000);
    const page = await fetch(project.url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<script type="module"/);
  });

  test("a reading gives ten equal decisions", async () => {
    await decidedAlike(agents, "first");
  });

  test("every container is without root, capabilities and a way to write, within limits; only the console is published", async () => {
    const containers = await inspect(...(await containersOf()));
    assert.equal(containers.length, agents + 6, "certs, redis, decision-loop, console, two coordinators");
    for (const { Name, Config, HostConfig } of containers) {
      const role = Config.Labels["com.docker.compose.service"];
      const bindings = Object.values(HostConfig.PortBindings).flat();
      assert.match(Config.User, role === "redis" ? /^redis$/ : /^1000:1000$/, Name);
      assert.ok(HostConfig.ReadonlyRootfs, Name);
      assert.deepEqual(HostConfig.CapDrop, ["ALL"], Name);
      assert.ok(HostConfig.SecurityOpt?.includes("no-new-privileges:true"), Name);
      assert.ok(HostConfig.Memory > 0 && HostConfig.NanoCpus > 0 && (HostConfig.PidsLimit ?? 0) > 0, Name);
      const expected = role === "console" ? [{ HostIp: "127.0.0.1", HostPort: String(port) }] : [];
      assert.deepEqual(bindings, expected, Name);
    }
  });

  test("a leader that is killed has a successor under a higher term; started again it takes its place", async (t) => {
    const { leader: old } = await wholeAndInStep(agents);
    assert.ok(old.agentId !== null && old.term !== null);
    const { agentId, term } = old;
    const killedAt = performance.now();
    await docker(["kill", containerOf(agentId)]);
    const next = await until(
      "a successor",
      async () => {
        const leader = await api.leader();
        return leader.agentId !== agentId && leader.term !== null && leader.term > term && leader;
      },
      patienceMs,
    );
    t.diagnostic(`${next.agentId} leads ${(performance.now() - killedAt).toFixed(0)} ms after the kill`);
    await wholeAndInStep(agents - 1);
    await decidedAlike(agents - 1, "led-by-another");
    await docker(["start", containerOf(agentId)]);
    await wholeAndInStep(agents);
  });

  test("with Redis killed the beat goes on; with Redis back nothing is lost and all decide alike", async (t) => {
    const before = await api.decisions(100);
    const { context, store } = await wholeAndInStep(agents);
    await docker(["kill", ...(await containersOf("redis"))]);
    await until("the console tells that the store is away", async () => !(await api.swarm()).store.up, patienceMs);
    await until("in step for 3 s on end without the store", () => staysInStep(3_000), 60_000);
    const away = await api.swarm();
    assert.deepEqual([away.store.up, away.agents], [false, agents]);
    const startedAt = performance.now();
    await docker(["start", ...(await containersOf("redis"))]);
    const swarm = await wholeAndInStep(agents);
    t.diagnostic(`whole again ${(performance.now() - startedAt).toFixed(0)} ms after the start of Redis`);
    assert.equal(swarm.store.generation, store.generation + 1, "it may have lost its last second");
    assert.ok(swarm.context.version >= context.version);
    const kept = new Set((await api.decisions(100)).map(({ decisionId }) => decisionId));
    assert.ok(before.every(({ decisionId }) => kept.has(decisionId)));
    let diverged = 0;
    await until(
      "all decide by the ledger again",
      async () => {
        const { decisions, divergence } = await api.inject({ temperature: 85 });
        diverged += divergence;
        return decisions.length === agents && decisions.every(({ source }) => source !== "safe-alone");
      },
      patienceMs,
    );
    assert.equal(diverged, 0);
    await decidedAlike(agents, "after-redis");
  });

  test("three agents that are cut off are dead for the rest, and come back", async () => {
    const { leader } = await wholeAndInStep(agents);
    const ids = (await api.agents()).map(({ agentId }) => agentId).filter((id) => id !== leader.agentId);
    const cutOff = ids.slice(0, 3).map(containerOf);
    await Promise.all(cutOff.map((id) => docker(["network", "disconnect", project.network, id])));
    await wholeAndInStep(agents - 3);
    await Promise.all(cutOff.map((id) => docker(["network", "connect", project.network, id])));
    await wholeAndInStep(agents);
    await decidedAlike(agents, "together-again");
  });

  test("a coordinator that is killed is missed by nobody, and is ready again when it is back", async () => {
    const [first = "", second = ""] = await containersOf("coordinator");
    await docker(["kill", first]);
    const ready = (id: string) => tryDocker(["exec", id, "node", "scripts/health-check.ts", "/readyz"]);
    assert.equal((await ready(second)).code, 0);
    await decidedAlike(agents, "one-coordinator-less");
    await docker(["start", first]);
    await until("it is ready", async () => (await ready(first)).code === 0, patienceMs);
  });

  test("agents are replaced by those of a new image one by one, and no decision fails", async (t) => {
    const image = `entrain/agent:${testTag}`;
    await docker(["build", "--quiet", "--target", "agent", "--build-arg", "REVISION=next", "--tag", image, "."]);
    const old = (await containersOf("agent")).map((id) => id.slice(0, 12));
    const going: string[] = [];
    const rolled = new AbortController();
    const deciding = decideUntil(rolled.signal, going);
    for (const id of old) {
      going.push(`agent-${id}`);
      await docker(["stop", "--time", "10", id]);
      await docker(["rm", id]);
      await project.compose("up", "--detach", "--no-recreate", "--no-deps", "--scale", `agent=${agents}`, "agent");
      await until("the successor is alive", async () => (await api.swarm()).agents === agents, patienceMs);
    }
    rolled.abort();
    const { decided, askedAgain } = await deciding;
    t.diagnostic(
      `${decided} readings decided while ${old.length} agents were replaced; agents were asked again in ${askedAgain}`,
    );
    assert.ok(decided >= old.length);
    const now = await inspect(...(await containersOf("agent")));
    const revisions = now.map(({ Config }) => Config.Labels["org.opencontainers.image.revision"]);
    assert.deepEqual(revisions, new Array(agents).fill("next"));
    await decidedAlike(agents, "all-new");
    await wholeAndInStep(agents);
  });

  test("told to stop, Node as PID 1 drains and ends with 0", async () => {
    const [id = ""] = await containersOf("agent");
    await docker(["stop", "--time", "10", id]);
    const [stopped] = await inspect(id);
    assert.equal(stopped?.State.ExitCode, 0);
    const agent = (await api.agents()).find(({ agentId }) => containerOf(agentId) === id.slice(0, 12));
    assert.equal(agent?.state, "left");
  });

  test("a setting that does not exist ends a service with 78 and one sentence", async () => {
    const run = ["run", "--rm", "--read-only", "-e", "ENTRAIN_PEROID=1s", `entrain/agent:${testTag}`];
    const { code, stderr } = await tryDocker(run);
    assert.equal(code, 78);
    assert.match(stderr, /^entrain agent: ENTRAIN_PEROID is no variable of Entrain: did you mean ENTRAIN_PERIOD\?\n$/);
  });

  test("a missing secret ends it likewise", async () => {
    const run = ["run", "--rm", "-e", "ENTRAIN_REDIS_PASSWORD_FILE=/run/entrain/redis/password"];
    const { code, stderr } = await tryDocker([...run, `entrain/console:${testTag}`]);
    assert.equal(code, 78);
    assert.match(stderr, /^entrain console: ENTRAIN_REDIS_PASSWORD_FILE is [^\n]*name a readable file\n$/);
  });
});
