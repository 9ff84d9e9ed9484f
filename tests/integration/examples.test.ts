/** The examples, run as their headers say, so that they cannot rot. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { findFreePort } from "@entrain/redis-server";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { runCommand } from "./run-command.ts";

const root = path.resolve(import.meta.dirname, "../..");
let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

/** Runs the library's example; answers its lines. */
async function libraryExample(redisUrl: string, beats: number): Promise<string[]> {
  const args = ["scripts/bootstrap.mjs", "examples/library/main.ts", String(beats)];
  const env = { REDIS_URL: redisUrl };
  const { code, stdout, stderr } = await runCommand(process.execPath, args, { cwd: root, limitMs: 60_000, env });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  return stdout.trim().split("\n");
}

const beatsIn = (lines: readonly string[]) =>
  lines.flatMap((line) => /^beat (\d+) at (\S+)/.exec(line)?.slice(1, 3).join(" ") ?? []);
const incidentIn = (lines: readonly string[]) => /incident (\S+): "(\w+)"/.exec(lines.join("\n"))?.slice(1).join(" ");

test("two services that use the library beat at the same instants and decide alike, and end by themselves", async () => {
  const [one, other] = await Promise.all([libraryExample(redis.url, 12), libraryExample(redis.url, 12)]);
  assert.equal(beatsIn(one).length, 12);
  const common = beatsIn(one).filter((beat) => beatsIn(other).includes(beat));
  assert.ok(common.length >= 2, `${one.join("\n")}\n--\n${other.join("\n")}`);
  assert.match(incidentIn(one) ?? "", /^overheating\/rack-7\/critical\/1 cool_down$/);
  assert.equal(incidentIn(one), incidentIn(other));
  assert.match(one.at(-1) ?? "", /has left after 12 beats$/);
});

test("without Redis the library's example says so, beats alone and takes the safe action", async () => {
  const lines = await libraryExample("redis://127.0.0.1:1", 3);
  assert.match(lines[0] ?? "", /^no Redis at redis:\/\/127\.0\.0\.1:1: beating alone$/);
  assert.equal(beatsIn(lines).length, 3);
  assert.match(incidentIn(lines) ?? "", / enter_safe_mode$/);
});

test("the example of locks works under one token after the other and refuses the stale one", async () => {
  const args = ["scripts/bootstrap.mjs", "examples/locks/main.ts"];
  const { code, stdout, stderr } = await runCommand(process.execPath, args, {
    cwd: root,
    limitMs: 60_000,
    env: { REDIS_URL: redis.url },
  });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(
    stdout,
    /^token (\d+): going on after 0 rows\nrefused: token \1 is stale: \d+ has written\nthe report has 3 rows\n$/,
  );
});

test("the services run by hand against a Redis that is already there", async () => {
  const env = {
    REDIS_URL: redis.url,
    SWARM: "examples",
    DECISION_PORT: String(await findFreePort()),
    CONSOLE_PORT: String(await findFreePort()),
  };
  const { code, stdout, stderr } = await runCommand("sh", ["examples/services/run.sh"], {
    cwd: root,
    limitMs: 120_000,
    env,
  });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const [, swarm = "", decided = ""] = stdout.split(/^== .*$/m);
  assert.equal((JSON.parse(swarm) as { agents: number }).agents, 4);
  const { decisions, missing } = JSON.parse(decided) as {
    decisions: { agentId: string; decisionId: string }[];
    missing: string[];
  };
  assert.deepEqual(missing, []);
  assert.deepEqual(decisions.map(({ agentId }) => agentId).sort(), ["solo", "trio-1", "trio-2", "trio-3"]);
  assert.equal(new Set(decisions.map(({ decisionId }) => decisionId)).size, 1);
});
