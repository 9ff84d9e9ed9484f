/**
 * Leadership, fenced effects and the decision register, recorded from real processes under faults, are linearizable; and the
 * check notices when one Lua command is broken.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cannotMoveClocks } from "./faked-clock.ts";
import type { FaultName } from "./faults.ts";
import { runLeadership } from "./leadership-run.ts";
import type { Mutation } from "./workers/worker-settings.ts";

const runs = 10;
const lockRuns = 4;
/** Faults of a run after its first. */
const faultCount = 2;

describe("histories of real processes under faults are linearizable (L1 to L5, S1, D1)", () => {
  for (let seed = 1; seed <= runs; seed++)
    test(`run ${seed}`, async (t) => {
      const outcome = await runLeadership({ seed, faultCount });
      t.diagnostic(JSON.stringify(outcome));
      assert.deepEqual(outcome.violations, []);
      assert.ok(outcome.terms >= 2, "the leadership changed hands");
      assert.ok(outcome.effectsAccepted >= 10 && outcome.effectsRefused >= 1, "effects were accepted and refused");
      assert.ok(outcome.incidentsDecided >= 10);
    });
});

describe("so are those of processes", () => {
  test("whose Redis is killed for good and succeeded, in a new generation", async (t) => {
    const further = ["kill Redis for good", "kill the leader"] as const;
    const outcome = await runLeadership({ seed: 1, store: "sentinels", faultCount: 0, further });
    t.diagnostic(JSON.stringify(outcome));
    assert.deepEqual(outcome.violations, []);
    assert.ok(outcome.terms >= 3 && outcome.generations === 2, "leaderships of both lives of the store");
    assert.ok(outcome.effectsAccepted >= 10 && outcome.effectsRefused >= 1);
  });

  test("one of which has a clock that jumps by an hour", { skip: cannotMoveClocks ?? false }, async (t) => {
    const further = ["set the leader's clock an hour forward, then back"] as const;
    const outcome = await runLeadership({ seed: 1, faultCount: 0, further });
    t.diagnostic(JSON.stringify(outcome));
    assert.deepEqual(outcome.violations, []);
    assert.ok(outcome.terms >= 2 && outcome.generations === 1, "the store is the same all along");
    assert.ok(outcome.effectsAccepted >= 30, "work went on while the clock was wrong");
  });
});

interface Sabotage extends Mutation {
  readonly what: string;
  /** Faults without which it may not show. */
  readonly further?: readonly FaultName[];
  /** What the violation is about. */
  readonly found: RegExp;
}

const sabotages: readonly Sabotage[] = [
  {
    what: "a commit that does not look at its fence",
    script: "commit-decision",
    text: "if ARGV[11] and not isFencedBy(",
    instead: "if false and not isFencedBy(",
    found: /^leadership: .*"kind":"effect"/,
  },
  {
    what: "a renewal that prolongs whatever there is",
    script: "renew",
    text: "(equal and isLive(leader))",
    instead: "isLive(leader)",
    found: /^leadership: .*"kind":"renew"/,
  },
  {
    what: "a campaign that grants what another holds",
    script: "campaign",
    text: "if isLive(leader) then",
    instead: "if false then",
    found: /^leadership: /,
  },
  {
    what: "a leader that is succeeded on the report of one voter",
    script: "succeed-leader",
    text: "if reports < needed then",
    instead: "if reports < 1 then",
    further: ["kill the leader"],
    found: /^leadership: .*"kind":"report"/,
  },
  {
    what: "a commit over the decision that stands",
    script: "commit-decision",
    text: "if standing then",
    instead: "if false then",
    found: /^i-\d+: /,
  },
];

/** A fault may miss: the leader may lose its lease for another reason just before it is paused. */
const sabotageRuns = 4;

describe("the check notices", () => {
  for (const { what, found, further, ...mutation } of sabotages)
    test(what, async (t) => {
      const violations: string[] = [];
      for (let seed = 1; seed <= sabotageRuns && violations.length === 0; seed++)
        violations.push(...(await runLeadership({ seed, faultCount: 0, further, mutation })).violations);
      t.diagnostic(violations[0] ?? "nothing");
      assert.match(violations.join("\n"), new RegExp(found, "m"));
    });
});

describe("histories of a lock that real processes contend for under faults are linearizable (L1 to L4, S1)", () => {
  for (let seed = 1; seed <= lockRuns; seed++)
    test(`run ${seed}`, async (t) => {
      const outcome = await runLeadership({ seed, workload: "lock", faultCount });
      t.diagnostic(JSON.stringify(outcome));
      assert.deepEqual(outcome.violations, []);
      assert.ok(outcome.terms >= 3, "the lock changed hands");
      assert.ok(outcome.effectsAccepted >= 10 && outcome.effectsRefused >= 1, "saves were accepted and refused");
    });

  test("the check notices a save that does not look at its fence", async (t) => {
    const mutation = { script: "save-fenced", text: "if not isFencedBy(", instead: "if false and not isFencedBy(" };
    const violations: string[] = [];
    for (let seed = 1; seed <= sabotageRuns && violations.length === 0; seed++)
      violations.push(...(await runLeadership({ seed, workload: "lock", faultCount: 0, mutation })).violations);
    t.diagnostic(violations[0] ?? "nothing");
    assert.match(violations.join("\n"), /^leadership: .*"kind":"effect"/m);
  });
});
