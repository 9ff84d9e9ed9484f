import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createDecisionHistory, type DecisionRecord } from "./decision-history.ts";

const records: fc.Arbitrary<DecisionRecord> = fc.record(
  {
    agentId: fc.constantFrom("a", "b"),
    incidentId: fc.string(),
    decisionId: fc.string(),
    action: fc.constantFrom("cool_down", "throttle"),
    source: fc.constantFrom("committed", "adopted", "safe-alone", "local"),
    latencyMs: fc.nat().map((us) => us / 1_000),
  },
  { noNullPrototype: true },
);

test("a history is the last of what was added, newest first, for any answers in any order", () => {
  fc.assert(
    fc.property(fc.array(records, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (added, limit) => {
      const history = createDecisionHistory(limit);
      for (const [index, record] of added.entries()) {
        history.add(record);
        assert.deepEqual(
          history.newest(),
          added
            .slice(0, index + 1)
            .slice(-limit)
            .toReversed(),
        );
      }
      assert.equal(history.newest().length, Math.min(limit, added.length));
    }),
  );
});

test("a record holds what it was given and nothing more: no decision is kept for it", () => {
  const history = createDecisionHistory();
  const record = {
    agentId: "a",
    incidentId: "i",
    decisionId: "d",
    action: "none",
    source: "adopted",
    latencyMs: 1,
  } as const;
  history.add({ ...record, decision: { input: "large" } } as DecisionRecord);
  assert.deepEqual(history.newest(), [record]);
});
