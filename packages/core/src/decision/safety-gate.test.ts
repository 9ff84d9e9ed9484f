import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import { createOverlay } from "../membership/overlay.ts";
import {
  checkSafetyGate,
  fleetMax,
  gateError,
  judgeFleetAction,
  type FleetMember,
  type SafetyGate,
} from "./safety-gate.ts";

const gate: SafetyGate = {
  failedShareMax: 0.2,
  healthFloor: 0.3,
  neighbours: 2,
  effects: { throttle: { healthLoss: 0.1, spreadLoss: 0 }, shed_load: { healthLoss: 0.3, spreadLoss: 0.2 } },
};
const fleetOf = (...healths: number[]): FleetMember[] =>
  healths.map((health, index) => ({ agentId: `a${index}`, health }));

test("an action that few members do not survive passes", () => {
  assert.deepEqual(judgeFleetAction("throttle", fleetOf(1, 1, 1, 0.35, 1), gate), {
    kind: "passed",
    simulation: { members: 5, failed: 1, failedAtOnce: 1 },
  });
});

test("an action that more than the share do not survive is blocked, with the figures", () => {
  const verdict = judgeFleetAction("throttle", fleetOf(1, 1, 0.35, 0.35, 1), gate);
  assert.equal(verdict.kind === "blocked" && verdict.cause, "risk");
  assert.match(
    verdict.kind === "blocked" ? verdict.message : "",
    /blocks throttle: 2 of 5 members would fail, more than a share of 0.2/,
  );
});

test("a failure falls to the neighbours: one weak member takes a tense fleet with it", () => {
  // 0.7 − 0.3 survives alone, and does not survive the fall of a neighbour as well.
  const tense = fleetOf(0.5, ...Array.from({ length: 19 }, () => 0.65));
  const verdict = judgeFleetAction("shed_load", tense, gate);
  assert.deepEqual("simulation" in verdict && verdict.simulation, { members: 20, failed: 20, failedAtOnce: 1 });
  const calm = fleetOf(0.5, ...Array.from({ length: 19 }, () => 1));
  assert.equal(judgeFleetAction("shed_load", calm, gate).kind, "passed");
});

test("who is missing has failed already: a fleet that is down has less to give", () => {
  const sound = fleetOf(1, 1, 1, 1, 1, 1);
  assert.equal(judgeFleetAction("throttle", sound, gate).kind, "passed");
  const missing = ["m1", "m2", "m3", "m4"].map((agentId) => ({ agentId, health: 0, missing: true }) as const);
  const verdict = judgeFleetAction("throttle", [...sound, ...missing], gate);
  assert.match(
    verdict.kind === "blocked" ? verdict.message : "",
    /4 of 10 members would fail \(4 of them missing already\), more than a share of 0.2/,
  );
  const noFloor = judgeFleetAction("throttle", [...sound, ...missing], { ...gate, healthFloor: 0 });
  assert.equal("simulation" in noFloor && noFloor.simulation.failed, 4, "also where no health is too low");
});

test("a member that is left with just the floor stands, and a share that is just the largest passes", () => {
  // 0.7 - 0.4 is 0.29999999999999993, and 0.29 of 100 is 28.999999999999996.
  const costly = { ...gate, failedShareMax: 0, effects: { throttle: { healthLoss: 0.4, spreadLoss: 0 } } };
  assert.equal(judgeFleetAction("throttle", fleetOf(0.7), costly).kind, "passed");
  const hundred = fleetOf(...Array.from({ length: 100 }, (_, index) => (index < 29 ? 0 : 1)));
  assert.equal(judgeFleetAction("throttle", hundred, { ...gate, failedShareMax: 0.29 }).kind, "passed");
  assert.equal(judgeFleetAction("throttle", hundred, { ...gate, failedShareMax: 0.28 }).kind, "blocked");
});

test("an action of which nothing is known is blocked, also where its name is that of an object's member", () => {
  for (const action of ["reboot", "toString", "__proto__"]) {
    const verdict = judgeFleetAction(action, fleetOf(1), gate);
    assert.equal(verdict.kind === "blocked" && verdict.cause, "unknown-action", action);
  }
});

test("a fleet that cannot be judged blocks: none, too large, an unknown health, a member twice", () => {
  const wrong: readonly (readonly FleetMember[])[] = [
    [],
    Array.from({ length: fleetMax + 1 }, (_, index) => ({ agentId: `a${index}`, health: 1 })),
    fleetOf(Number.NaN),
    [...fleetOf(1), ...fleetOf(1)],
  ];
  for (const fleet of wrong) {
    const verdict = judgeFleetAction("throttle", fleet, gate);
    assert.equal(verdict.kind === "blocked" && verdict.cause, "error");
  }
  assert.match(JSON.stringify(gateError("throttle", "the store is away")), /could not judge it \(the store is away\)/);
});

/** The same by the definition: every member looks at all its neighbours until nothing changes. */
function failedByDefinition(fleet: readonly FleetMember[], loss: number, spread: number, floor: number): number {
  const ids = fleet.map(({ agentId }) => agentId);
  const overlay = createOverlay(ids, gate.neighbours);
  let failed: readonly string[] = [];
  for (;;) {
    const next = fleet
      .filter(({ agentId, health }) => {
        const fallen = overlay.neighboursOf(agentId).filter((id) => failed.includes(id)).length;
        return health - loss - fallen * spread < floor;
      })
      .map(({ agentId }) => agentId);
    if (next.length === failed.length) return failed.length;
    failed = next;
  }
}

/** Exact in binary, so that sums in another order are the same. */
const sixteenth = fc.integer({ min: 0, max: 16 }).map((n) => n / 16);
const fleets = fc.array(sixteenth, { minLength: 1, maxLength: 30 }).map((healths) => fleetOf(...healths));

test("the cascade is the least set that is closed under falling, whatever the order of the members", () => {
  fc.assert(
    fc.property(fleets, sixteenth, sixteenth, (fleet, healthLoss, spreadLoss) => {
      const floor = 0.25;
      const risky = { ...gate, failedShareMax: 1, healthFloor: floor, effects: { act: { healthLoss, spreadLoss } } };
      const verdict = judgeFleetAction("act", fleet, risky);
      const backwards = judgeFleetAction("act", fleet.toReversed(), risky);
      assert.deepEqual(verdict, backwards);
      const byDefinition = failedByDefinition(fleet, healthLoss, spreadLoss, floor);
      assert.equal("simulation" in verdict && verdict.simulation.failed, byDefinition);
    }),
  );
});

test("a gate is checked by the name of its field", () => {
  const actions = ["throttle", "shed_load"];
  assert.deepEqual(checkSafetyGate({ ...gate, more: 1 }, actions), gate);
  for (const [field, wrong] of [
    ["policy.safetyGate", 5],
    ["policy.safetyGate.failedShareMax", { ...gate, failedShareMax: 2 }],
    ["policy.safetyGate.healthFloor", { ...gate, healthFloor: "low" }],
    ["policy.safetyGate.neighbours", { ...gate, neighbours: 3 }],
    ["policy.safetyGate.effects.reboot", { ...gate, effects: { reboot: gate.effects["throttle"] } }],
    ["policy.safetyGate.effects.throttle.spreadLoss", { ...gate, effects: { throttle: { healthLoss: 0 } } }],
  ] as const)
    assert.throws(
      () => checkSafetyGate(wrong, actions),
      (thrown) => thrown instanceof EntrainError && thrown.field === field,
      field,
    );
});
