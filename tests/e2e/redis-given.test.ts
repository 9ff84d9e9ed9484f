import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { startSwarm } from "./swarm-under-test.ts";

const root = path.join(import.meta.dirname, "..", "..");

describe("a Redis that the environment names", () => {
  test("carries two swarms at once that do not see each other, and outlives them", async () => {
    await using redis = await acquireTestRedis({ password: "s3cret" });
    const options = { flags: ["--agents", "2"], env: { REDIS_URL: redis.url } };
    await using first = await startSwarm(options);
    await using second = await startSwarm(options);
    const [one, other] = await Promise.all([first.api.swarm(), second.api.swarm()]);
    assert.deepEqual([one.agents, other.agents], [2, 2]);
    assert.notEqual(one.swarmId, other.swarmId);
    assert.ok([first, second].every((swarm) => swarm.lines.every((line) => !JSON.stringify(line).includes("s3cret"))));
    assert.deepEqual([(await first.stop()).code, (await second.stop()).code], [0, 0]);
    await using third = await startSwarm(options);
    assert.equal((await third.api.swarm()).agents, 2);
  });

  test("is told apart from one that is not there: one sentence and exit code 69, through npm too", () => {
    const { status, stdout, stderr } = spawnSync(
      "npm",
      ["start", "--silent", "--", "--json", "--port", "0", "--for", "1s"],
      { cwd: root, encoding: "utf8", env: { ...process.env, REDIS_URL: "redis://127.0.0.1:1" }, timeout: 60_000 },
    );
    assert.equal(status, 69);
    assert.equal(stdout.includes('"summary"'), false);
    assert.match(stderr, /entrain: cannot reach Redis at 127\.0\.0\.1:1 .*\n$/);
  });
});

test("a wrong command line is exit code 2 through npm, and stdout stays empty", () => {
  const { status, stdout, stderr } = spawnSync("npm", ["start", "--silent", "--", "--goal", "dance"], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /^entrain: --goal is "dance": .*\n$/);
});
