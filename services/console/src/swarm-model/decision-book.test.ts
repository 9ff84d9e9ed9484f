import assert from "node:assert/strict";
import { test } from "node:test";
import { openDirective, applyDirective } from "@entrain/core/decision";
import { actOf, decisionOf, epochUnixMs } from "../testing/facts.ts";
import { createDecisionBook, decisionEntryView } from "./decision-book.ts";

const idsOf = (page: { entries: readonly { decision: { decisionId: string } }[] }) =>
  page.entries.map(({ decision }) => decision.decisionId);

test("what the ledger held at first is history; what it pushes or lists later is told once", () => {
  const book = createDecisionBook();
  const [old, pushed, polled] = [decisionOf("d1"), decisionOf("d2"), decisionOf("d3")];
  assert.deepEqual(book.entries([{ decision: old, acts: [] }], true), []);
  assert.equal(book.committed(pushed).length, 1);
  assert.equal(book.committed(pushed).length, 0);
  const listed = [polled, pushed, old].map((decision) => ({ decision, acts: [] }));
  assert.deepEqual(
    book.entries(listed, false).map(({ data }) => data),
    [
      {
        decisionId: "d3",
        incidentId: "incident-of-d3",
        action: "throttle",
        type: "ANOMALY_RESPONSE",
        confidence: 0.9,
        reasoning: "temperature at or over 80 °C",
        term: 1_700_000_000_001,
        contextVersion: 3,
        policyHash: "ab12",
        committedAt: epochUnixMs,
      },
    ],
  );
  assert.deepEqual(book.entries(listed, false), []);
});

test("a directive goes with its decision, and is told once when it is settled", () => {
  const book = createDecisionBook();
  const decision = decisionOf("d1");
  const terms = { scope: "fleet", targets: ["a", "b"], missing: ["c"], deadlineMs: 100, complianceMin: 0.95 } as const;
  const open = openDirective(decision, terms, epochUnixMs);
  assert.deepEqual(book.entries([{ decision, acts: [], directive: open }], true), []);
  const settled = applyDirective(open, { kind: "settle" }, epochUnixMs + 100).directive;
  const [event, ...more] = book.directive(settled);
  assert.deepEqual([book.entries([{ decision, acts: [], directive: settled }], false), more], [[], []], "no news");
  const lacking = ["a", "b"].map((agentId) => ({ agentId, state: "waiting", attempts: 0, note: "" }));
  assert.deepEqual(event?.data, {
    ...{ decisionId: "d1", incidentId: decision.incidentId, action: decision.action },
    ...{ scope: "fleet", outcome: "missed", targets: 2, done: 0, compliance: 0, complianceMin: 0.95 },
    ...{ dueAt: epochUnixMs + 100, settledAt: epochUnixMs + 100, lacking, missing: ["c"] },
  });
  const [entry] = book.newest(1).entries;
  assert.equal(entry && decisionEntryView(entry).directive?.outcome, "missed");
});

test("after a loss of writes what is gone is gone, what is new is told, and what is offered again is no news (D4)", () => {
  const book = createDecisionBook();
  const entriesOf = (...ids: string[]) => ids.map((id) => ({ decision: decisionOf(id), acts: [] }));
  book.entries(entriesOf("d3", "d2", "d1"), true);
  const events = book.entries(entriesOf("d4", "d1"), true);
  assert.deepEqual(
    events.map(({ data }) => "decisionId" in data && data.decisionId),
    ["d4"],
  );
  assert.deepEqual(idsOf(book.newest(10)).sort(), ["d1", "d4"]);
  assert.deepEqual(book.committed(decisionOf("d2")), []);
  assert.deepEqual(idsOf(book.newest(10)).sort(), ["d1", "d2", "d4"]);
});

test("an adopting act is an event, a committing one and one taken alone are not", () => {
  const book = createDecisionBook();
  const decision = decisionOf("d1");
  book.committed(decision);
  const types = (["committed", "adopted", "safe-alone"] as const).map((source) =>
    book.acted(actOf(source, decision, { source })).map(({ type }) => type),
  );
  assert.deepEqual(types, [[], ["decision.adopted"], []]);
  assert.deepEqual(
    book.newest(1).entries[0]?.acts.map(({ agentId }) => agentId),
    ["committed", "adopted", "safe-alone"],
  );
});

test("an act that overtook its decision belongs to it", () => {
  const book = createDecisionBook();
  const decision = decisionOf("d1");
  book.acted(actOf("a", decision));
  assert.equal(book.actsOn(decision.incidentId).length, 1);
  book.committed(decision);
  assert.equal(book.newest(1).entries[0]?.acts.length, 1);
  assert.equal(book.actsOn(decision.incidentId).length, 1);
});

test("pages are newest first and lead through everything; an unknown place leads nowhere", () => {
  const book = createDecisionBook();
  for (let index = 0; index < 5; index++)
    book.committed(decisionOf(`d${index}`, { committedAtMs: epochUnixMs + Math.floor(index / 2) }));
  const first = book.newest(2);
  assert.deepEqual(idsOf(first), ["d4", "d3"]);
  assert.equal(first.more, true);
  const second = book.newest(3, "d3");
  assert.deepEqual(idsOf(second), ["d2", "d1", "d0"]);
  assert.equal(second.more, false);
  assert.deepEqual(book.newest(3, "unknown"), { entries: [], more: false });
});

test("the book is bounded: the oldest decision goes, and acts without a decision go too", () => {
  const book = createDecisionBook(3);
  for (let index = 0; index < 10; index++) {
    book.committed(decisionOf(`d${index}`, { committedAtMs: epochUnixMs + index }));
    book.acted(actOf(`a${index}`, decisionOf("never", { incidentId: "never" })));
  }
  assert.deepEqual(idsOf(book.newest(10)), ["d9", "d8", "d7"]);
  assert.equal(book.has("d6"), false);
  assert.deepEqual(
    book.actsOn("never").map(({ agentId }) => agentId),
    ["a7", "a8", "a9"],
  );
});
