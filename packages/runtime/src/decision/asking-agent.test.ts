/** What a reasoner is told of the agent that asks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotPolicy, hotReading, ruleReasoner } from "./oracle-world.ts";

test("a reasoner is told what the leader has made the agent that asks, and null where nobody knows", async () => {
  const time = createVirtualTime();
  const told: (string | null)[] = [];
  const loop = createOracleWorld(time.clock, time.timers, hotPolicy).join({
    reasoner: {
      name: "listening",
      reason: (question) => {
        told.push(question.context.assignedRole);
        return ruleReasoner.reason(question);
      },
    },
  });
  const asked = { agentId: "a", incarnation: 1, reading: hotReading };
  await time.until(loop.decide({ ...asked, assignedRole: "primary", incidentId: "i-1" }));
  await time.until(loop.decide({ ...asked, incidentId: "i-2" }));
  assert.deepEqual(told, ["primary", null]);
});
