/** The audit of a ledger: under which policies its decisions are put to the rules again, and what it finds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diffDocuments, type ContextEntry, type SharedDocument } from "@entrain/core/context";
import type { Decision, Policy } from "@entrain/core/decision";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { auditDecisions } from "./audit-decisions.ts";
import { compileOracle, createOracleWorld, hotPolicy, hotPolicyWith, hotReading, sha256Hex } from "./oracle-world.ts";

/** Decisions that were made under these policies, one under each. */
async function decidedUnder(policies: readonly Policy[]): Promise<readonly Decision[]> {
  const decisions = policies.map(async (policy) => {
    const time = createVirtualTime();
    const loop = createOracleWorld(time.clock, time.timers, policy).join();
    await time.advance(5);
    const asked = loop.decide({ agentId: "a", incarnation: 1, reading: hotReading, incidentId: "i-1" });
    return (await time.until(asked)).decision;
  });
  return Promise.all(decisions);
}

const documentOf = (policy: Policy, note: number): SharedDocument =>
  ({ metadata: { note }, policy: { decision: structuredClone(policy) } }) as never;

/** A desk whose document had these policies one after the other; `kept`: so many of the latest changes are in its history. */
function deskOf(policies: readonly Policy[], kept = Infinity) {
  const documents = policies.map(documentOf);
  const entries = documents.slice(1).map((document, index): ContextEntry => {
    const changes = diffDocuments(documents[index]!, document);
    return { version: index + 2, baseVersion: index + 1, author: "a", reason: "", atMs: 0, changes } as never;
  });
  const last = { version: documents.length, document: documents.at(-1)! };
  return {
    read: () => Promise.resolve(last),
    history(limit: number, before = Infinity) {
      const older = entries.slice(-kept).filter(({ version }) => version < before);
      const page = older.toReversed().slice(0, Math.min(limit, 2));
      return Promise.resolve({ nowMs: 0, present: last.version, oldest: 1, entries: page });
    },
  };
}

/** A ledger of these, two a page. */
function ledgerOf(decisions: readonly Decision[]) {
  return {
    list(limit: number, cursor = "0") {
      const from = Number(cursor);
      const to = from + Math.min(limit, 2);
      const entries = decisions.slice(from, to).map((decision) => ({ decision, acts: [] }));
      return Promise.resolve({ entries, ...(to < decisions.length && { next: String(to) }) });
    },
  };
}

const policies = ["cool_down", "throttle", "shed_load", "shield", "free_disk"].map((action) => hotPolicyWith(action));
const tools = { compile: compileOracle, sha256Hex };

test("each decision is put to the policy of its hash, as far back as the document's history goes", async () => {
  const ledger = ledgerOf(await decidedUnder(policies));
  const whole = await auditDecisions({ ledger, desk: deskOf(policies), ...tools }, 100);
  assert.deepEqual(whole, { decisions: 5, rules: { same: 5, other: 0, fallback: 0 }, policyUnknown: 0, faults: [] });
  const compacted = await auditDecisions({ ledger, desk: deskOf(policies, 2), ...tools }, 100);
  assert.deepEqual([compacted.rules.same, compacted.policyUnknown], [3, 2]);
  const newest = await auditDecisions({ ledger, desk: deskOf(policies), ...tools }, 3);
  assert.equal(newest.decisions, 3);
});

test("a decision that was changed afterwards is found, under a policy that is known or not", async () => {
  const [decision] = await decidedUnder([hotPolicy]);
  const changed: readonly (readonly [Partial<Decision>, RegExp])[] = [
    [{ input: { ...decision!.input, reading: { temperature: 20 } } }, /an input that does not have the stored hash/],
    [{ contextVersion: 9 }, /names another policy than its input does/],
    [{ policyHash: "ab12" }, /names another policy than its input does/],
    [{ action: "dance" }, /was dance, which is none of its policy's actions/],
  ];
  for (const [change, found] of changed) {
    const ledger = ledgerOf([{ ...decision!, ...change }]);
    const { faults } = await auditDecisions({ ledger, desk: deskOf([hotPolicy]), ...tools }, 10);
    assert.match(faults.join("; "), found);
    assert.match(faults[0] ?? "", /^D2: i-1: the decision /);
  }
});

test("a version whose policy does not compile is passed over", async () => {
  const ledger = ledgerOf(await decidedUnder([hotPolicy]));
  const desk = deskOf([hotPolicy, hotPolicyWith("cool_down", "nonsense")]);
  assert.equal((await auditDecisions({ ledger, desk, ...tools }, 10)).rules.same, 1);
});
