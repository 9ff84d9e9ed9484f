/** What a Ledger does with decisions that are given back to it after lost writes (D4). */
import assert from "node:assert/strict";
import { incidentIdOf, type Decision } from "@entrain/core/decision";
import type { Ledger } from "@entrain/ports";
import type { ConformanceCase } from "./conformance-case.ts";
import { proposalOf } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

/** An empty swarm in a store, as far as its ledger goes: what a fake has to offer as well. */
export interface LedgerUnderTest {
  client(): Promise<{ readonly ledger: Ledger }>;
}

const fingerprint = { kind: "overheating", subject: "rack 7/a", band: "critical" };
const cooldownMs = 60_000;

/** A decision on that occurrence, which the store has lost. */
function lostOf(ordinal: number, committedAtMs: number): Decision {
  return { ...proposalOf(incidentIdOf(fingerprint, ordinal), `agent-${ordinal}`), term: 7, committedAtMs };
}

/** The store's clock. */
async function nowMsOf(ledger: Ledger): Promise<number> {
  return (await ledger.commit(proposalOf("now", "a"))).decision.committedAtMs;
}

/** Opens occurrences up to that one, each as if the one before were over. */
async function openUpTo(ledger: Ledger, ordinal: number): Promise<void> {
  await waitFor("as many occurrences", async () => (await ledger.open({ fingerprint }, 0)).incident.ordinal >= ordinal);
}

/** The case that catches a store that has forgotten all, and takes the first occurrence it hears of for the open one. */
export const latestOfAllIsOpen =
  "of several occurrences that are given back to an empty ledger the latest is open (D4)";

/** What becomes of the incidents; each case gets a swarm of its own. */
export const reopeningCases: readonly ConformanceCase<LedgerUnderTest>[] = [
  {
    name: latestOfAllIsOpen,
    async run(swarm) {
      const { ledger } = await swarm.client();
      const nowMs = await nowMsOf(ledger);
      const lost = [1, 2, 3].map((ordinal) => lostOf(ordinal, nowMs - 3_000 + ordinal));
      for (const { kind } of await ledger.reoffer(lost)) assert.equal(kind, "restored");
      const { incident, decision } = await ledger.open({ fingerprint }, cooldownMs);
      assert.deepEqual([incident.ordinal, decision], [3, lost[2]]);
      // Another process, which knows less and comes later.
      await ledger.reoffer([lostOf(1, nowMs - 2_999)]);
      assert.equal((await ledger.open({ fingerprint }, cooldownMs)).incident.ordinal, 3);
    },
  },
  {
    name: "an occurrence that is given back is open although the ledger remembers an earlier one (D4)",
    async run(swarm) {
      const { ledger } = await swarm.client();
      await openUpTo(ledger, 2);
      const lost = lostOf(3, await nowMsOf(ledger));
      await ledger.reoffer([lost]);
      const { incident, decision } = await ledger.open({ fingerprint }, cooldownMs);
      assert.deepEqual([incident.ordinal, decision], [3, lost]);
    },
  },
  {
    name: "an occurrence that is given back stays over where the ledger has seen a later one",
    async run(swarm) {
      const { ledger } = await swarm.client();
      await openUpTo(ledger, 2);
      const lost = lostOf(1, await nowMsOf(ledger));
      assert.deepEqual(await ledger.reoffer([lost]), [{ kind: "restored", decision: lost }]);
      const { incident, decision } = await ledger.open({ fingerprint }, cooldownMs);
      assert.ok(incident.ordinal >= 2);
      assert.equal(decision, undefined);
    },
  },
];

/** The cases; each gets a swarm of its own. */
export const reofferCases: readonly ConformanceCase<LedgerUnderTest>[] = [
  {
    name: "decisions that are given back are restored as they were, in the order of their terms, and are open again (D4)",
    async run(swarm) {
      const { ledger } = await swarm.client();
      const { decision: present } = await ledger.commit(proposalOf("present", "a"));
      const { committedAtMs } = present;
      const incidentId = incidentIdOf(fingerprint, 5);
      const lost: Decision = { ...proposalOf(incidentId, "leader"), term: 7, committedAtMs };
      const later: Decision = { ...proposalOf("INC-2", "b"), term: 8, committedAtMs };
      assert.deepEqual(await ledger.reoffer([later, lost]), [
        { kind: "restored", decision: lost },
        { kind: "restored", decision: later },
      ]);
      const listed = (await ledger.list(10)).entries.map(({ decision }) => decision);
      assert.deepEqual(listed, [later, lost, present]);
      const incident = { incidentId, fingerprint, ordinal: 5 };
      assert.deepEqual(await ledger.open({ fingerprint }, 60_000), { incident, decision: lost });
      assert.equal((await ledger.stats()).count, 3);
    },
  },
  {
    name: "a decision that is given back changes nothing where it is held, is too old, or another one stands (D1, D4)",
    async run(swarm) {
      const { ledger } = await swarm.client();
      const { decision: standing } = await ledger.commit(proposalOf("INC-1", "b", "cool_down"));
      const { decision: held } = await ledger.commit(proposalOf("INC-2", "a"));
      const lost: Decision = { ...proposalOf("INC-1", "a", "throttle"), term: 0, committedAtMs: held.committedAtMs };
      const old: Decision = { ...proposalOf("INC-3", "a"), term: 0, committedAtMs: 1 };
      assert.deepEqual(await ledger.reoffer([old, held, lost]), [
        { kind: "expired", decision: old },
        { kind: "held", decision: held },
        { kind: "replaced", decision: lost, standing },
      ]);
      assert.deepEqual(await ledger.reoffer([]), []);
      assert.deepEqual(await ledger.read("INC-1"), standing);
      assert.equal(await ledger.read("INC-3"), undefined);
      assert.equal((await ledger.stats()).count, 2);
    },
  },
  ...reopeningCases,
];
