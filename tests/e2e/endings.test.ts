import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startSwarm, type SwarmUnderTest } from "./swarm-under-test.ts";
import { until } from "./until.ts";

const flags = ["--agents", "2"];

const supervisorPid = (swarm: SwarmUnderTest): number =>
  swarm
    .processes()
    .find(({ command }) => command.includes("services/cli/src/main.ts") && !command.includes("bootstrap.mjs"))?.pid ??
  assert.fail("there is no supervisor");

/** How somebody ends a swarm, and the exit code where the outermost process can still give one. */
const ways: readonly {
  readonly name: string;
  readonly npm?: boolean;
  readonly end: (swarm: SwarmUnderTest) => void;
  readonly code: number | null;
}[] = [
  { name: "SIGINT", end: ({ child }) => child.kill("SIGINT"), code: 0 },
  { name: "SIGTERM", end: ({ child }) => child.kill("SIGTERM"), code: 0 },
  { name: "SIGHUP", end: ({ child }) => child.kill("SIGHUP"), code: 0 },
  {
    name: "SIGINT that comes twice, as when a group gets it and passes it on",
    end: ({ child }) => {
      child.kill("SIGINT");
      setImmediate(() => child.kill("SIGINT"));
    },
    code: 0,
  },
  { name: "kill -9 of the script that started it", end: ({ child }) => child.kill("SIGKILL"), code: null },
  { name: "kill -9 of npm", npm: true, end: ({ child }) => child.kill("SIGKILL"), code: null },
  { name: "kill of npm, which passes it on", npm: true, end: ({ child }) => child.kill("SIGTERM"), code: null },
  {
    name: "kill -9 of the supervisor",
    end: (swarm) => process.kill(supervisorPid(swarm), "SIGKILL"),
    code: 137,
  },
  {
    name: "kill -9 of the supervisor while an agent is paused",
    end: (swarm) => {
      process.kill(swarm.service("agent-1").pid, "SIGSTOP");
      process.kill(supervisorPid(swarm), "SIGKILL");
    },
    code: 137,
  },
  {
    name: "a reader of its output that goes away",
    end: ({ child }) => {
      child.stdout!.destroy();
    },
    code: 0,
  },
];

describe("nothing is left of a swarm after", () => {
  for (const { name, npm = false, end, code } of ways)
    test(name, async (t) => {
      await using swarm = await startSwarm({ flags, npm });
      const startedAt = performance.now();
      end(swarm);
      await until("all its processes are gone", () => swarm.processes().length === 0, 8_000);
      const goneAfterMs = performance.now() - startedAt;
      t.diagnostic(`gone after ${goneAfterMs.toFixed(0)} ms`);
      assert.equal((await swarm.ended).code, code, swarm.talk());
      if (code === 0) assert.ok(goneAfterMs < 3_500, `${goneAfterMs} ms`);
    });
});
