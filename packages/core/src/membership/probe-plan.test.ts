import assert from "node:assert/strict";
import { test } from "node:test";
import { compareIds } from "@entrain/kernel";
import { neighbourLimit } from "../rhythm/message-budget.ts";
import { createOverlay } from "./overlay.ts";
import { planProbes } from "./probe-plan.ts";
import type { MemberRecord } from "./view.ts";

function memberOf(agent: number, processes: number, suspect = false): MemberRecord {
  const at = agent % processes;
  const place = { processId: `p-${at}`, address: `127.0.0.1:${4_000 + at}`, host: "h", pid: 1, opsUrl: "" };
  const life = { incarnation: 1, state: "alive" as const, health: 1, joinedAtMs: 0, changedAtMs: 0, suspect };
  return { agentId: `a-${agent}`, ...place, ...life };
}

test("a process is probed with all of its agents by at most eight others, and who probes is probed", () => {
  const members = Array.from({ length: 200 }, (_, agent) => memberOf(agent, 50));
  const plans = new Map(Array.from({ length: 50 }, (_, at) => [`p-${at}`, planProbes(`p-${at}`, members)]));
  for (const [processId, targets] of plans) {
    assert.ok(targets.length >= 2 && targets.length <= 8);
    for (const target of targets) {
      assert.equal(target.members.length, 4);
      assert.ok(plans.get(target.processId)?.some((other) => other.processId === processId));
      const probers = [...plans].filter(([, theirs]) => theirs.some((one) => one.processId === target.processId));
      assert.deepEqual(
        target.helpers.map((helper) => helper.processId).sort(),
        probers
          .map(([id]) => id)
          .filter((id) => id !== processId)
          .sort(),
      );
    }
  }
});

test("a suspect is still probed, and nobody asks it to look for others", () => {
  const members = [0, 1, 2, 3].map((agent) => memberOf(agent, 4, agent === 3));
  const targets = planProbes("p-0", members);
  assert.deepEqual(
    targets.map(({ processId, helpers }) => [processId, helpers.map((helper) => helper.processId)]),
    [
      ["p-1", ["p-2"]],
      ["p-2", ["p-1"]],
      ["p-3", ["p-1", "p-2"]],
    ],
  );
});

test("where each process hosts one agent, those that hear its frames are those that probe it", () => {
  const members = Array.from({ length: 40 }, (_, agent) => {
    return { ...memberOf(agent, 40), processId: `p-${(agent * 7) % 40}` };
  });
  const rhythm = createOverlay(
    members.map(({ agentId }) => agentId),
    neighbourLimit(members.length, false),
  );
  for (const { agentId, processId } of members) {
    const probed = planProbes(processId, members).flatMap((target) => target.members.map((member) => member.agentId));
    assert.deepEqual(probed.sort(compareIds), rhythm.neighboursOf(agentId));
  }
});

test("who is no member probes nobody", () => {
  assert.deepEqual(planProbes("p-9", [memberOf(0, 2), memberOf(1, 2)]), []);
});
