/** What every DirectiveStore does: the steps of core/src/decision/directive.ts, judged by the store's clock. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applyDirective,
  directiveLimits,
  openDirective,
  type Directive,
  type DirectiveCommand,
  type DirectiveTerms,
} from "@entrain/core/decision";
import type { DirectiveStore, Proposal } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import { proposalOf, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const agents = ["a", "b", "c"];
const terms: DirectiveTerms = { scope: "swarm", targets: agents, deadlineMs: 60_000, complianceMin: 0.6 };

function directed(incidentId: string, directive: Partial<DirectiveTerms> = {}): Proposal {
  return { ...proposalOf(incidentId, "a"), directive: { ...terms, ...directive } };
}

/** Without instants, which are the store's own. */
function withoutInstants(directive: Directive | undefined) {
  assert.ok(directive !== undefined);
  const { openedAtMs: _opened, dueAtMs: _due, settledAtMs, targets, ...rest } = directive;
  const states = targets.map(({ changedAtMs: _changed, ...target }) => target);
  return { ...rest, isSettled: settledAtMs !== null, targets: states };
}

const commandFor = (incidentId: string, decisionId: string): fc.Arbitrary<DirectiveCommand> => {
  const name = {
    incidentId: fc.constant(incidentId),
    decisionId: fc.constantFrom(decisionId, decisionId, decisionId, "other"),
  };
  const who = { ...name, agentId: fc.constantFrom(...agents, "stranger"), run: fc.constantFrom("r1", "r2") };
  const outcome = fc.constantFrom("done" as const, "done" as const, "failed" as const, "refused" as const);
  const note = fc.constantFrom("", "two words", "line\nline  x");
  return fc.oneof(
    fc.record({ kind: fc.constant("begin" as const), ...who }),
    fc.record({ kind: fc.constant("report" as const), ...who, outcome, note }),
  );
};

async function carryOut(store: DirectiveStore, command: DirectiveCommand) {
  if (command.kind === "report") return store.report(command);
  if (command.kind === "settle") return { kind: "settled" };
  const answer = await store.begin(command);
  return answer.kind === "begun" ? { kind: answer.kind, attempt: answer.attempt } : answer;
}

/** The case that catches a store that takes an outcome from a run that was succeeded. */
export const latestRunCounts = "a run that was succeeded by another tells nothing any more";

/** The case that catches a store that lets an old order be carried out. */
export const deadlineIsKept = "after the deadline nothing is begun, what is done is late, and who lacks is escalated";

/** The cases; each gets a swarm of its own. */
export const directiveCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: latestRunCounts,
    async run(swarm) {
      const { ledger, directives } = await swarm.client();
      const { decision } = await ledger.commit(directed("i"));
      const target = { incidentId: "i", decisionId: decision.decisionId, agentId: "a" };
      for (const run of ["old", "new"]) await directives.begin({ kind: "begin", ...target, run });
      const told = { kind: "report", ...target, outcome: "done", note: "" } as const;
      assert.deepEqual(await directives.report({ ...told, run: "old" }), { kind: "lost" });
      assert.deepEqual(await directives.report({ ...told, run: "new" }), { kind: "told", state: "done" });
    },
  },
  {
    name: "a directive does what the core says, for any commands in any order",
    async run(swarm) {
      const { ledger, directives } = await swarm.client();
      let number = 0;
      await fc.assert(
        fc.asyncProperty(fc.infiniteStream(fc.nat()), fc.nat(30), async (stream, length) => {
          number += 1;
          const incidentId = `i ${number}`;
          const { decision } = await ledger.commit(directed(incidentId));
          const [seed = 0] = stream.take(1);
          const commands = fc.sample(commandFor(incidentId, decision.decisionId), { numRuns: length, seed });
          let model = openDirective(decision, terms, 0);
          for (const command of commands) {
            const applied = applyDirective(model, command, 1);
            model = applied.directive;
            const { leftMs: _left, ...expected } = { leftMs: 0, ...applied.answer };
            assert.deepEqual(await carryOut(directives, command), expected);
          }
          const [read] = await directives.read([incidentId]);
          assert.deepEqual(withoutInstants(read), withoutInstants(model));
        }),
        { numRuns: 25 },
      );
    },
  },
  {
    name: "a decision opens its directive in the step that commits it, once, and lists it",
    async run(swarm) {
      const { ledger, directives } = await swarm.client();
      const { decision } = await ledger.commit(directed("i", { missing: ["e", "d"] }));
      await ledger.commit({ ...directed("i"), decisionId: "other" });
      await ledger.commit(proposalOf("plain", "a"));
      const found = await directives.find(["b", "stranger", "a"]);
      const { decisionId, incidentId } = decision;
      assert.deepEqual(found, [
        { agentId: "b", incidentId, decisionId },
        { agentId: "a", incidentId, decisionId },
      ]);
      assert.deepEqual(await directives.find([]), []);
      const begun = await directives.begin({ kind: "begin", ...{ incidentId, decisionId }, agentId: "a", run: "r" });
      assert.ok(begun.kind === "begun" && begun.leftMs > 0 && begun.leftMs <= 60_000);
      assert.deepEqual(begun.decision, decision);
      const [plain, listed] = (await ledger.list(2)).entries;
      assert.equal(plain?.directive, undefined);
      assert.deepEqual(listed?.directive, (await directives.read([incidentId]))[0]);
      assert.deepEqual(listed?.directive?.missing, ["d", "e"], "who was missing is no target, and is named");
      assert.equal(listed.directive.dueAtMs, decision.committedAtMs + 60_000);
      assert.deepEqual(await directives.figures(), { open: 1, met: 0, missed: 0, escalated: 0 });
      assert.deepEqual(await directives.read(["unknown", "plain"]), []);
    },
  },
  {
    name: "the last word of the last target settles it at once, and everybody is told",
    async run(swarm) {
      const [one, other] = [await swarm.client(), await swarm.client()];
      const told: string[] = [];
      const unwatch = other.directives.watch((incidentId) => told.push(incidentId));
      const { decision } = await one.ledger.commit(directed("i"));
      const { incidentId, decisionId } = decision;
      for (const agentId of agents) {
        const target = { incidentId, decisionId, agentId, run: agentId };
        await one.directives.begin({ kind: "begin", ...target });
        const outcome = agentId === "c" ? "refused" : "done";
        await one.directives.report({ kind: "report", ...target, outcome, note: "x".repeat(600) });
      }
      const [settled] = await one.directives.read([incidentId]);
      assert.equal(settled?.outcome, "met");
      assert.equal(settled.targets[2]?.note.length, 500);
      assert.deepEqual(await one.directives.figures(), { open: 0, met: 1, missed: 0, escalated: 1 });
      assert.deepEqual(await one.directives.settleDue(), { settled: [], nextInMs: null });
      assert.deepEqual(await one.directives.find(agents), []);
      await waitFor("the hint", () => told.length > 0);
      unwatch();
      assert.deepEqual(told, [incidentId]);
    },
  },
  {
    name: deadlineIsKept,
    async run(swarm) {
      const { ledger, directives } = await swarm.client();
      const { decision } = await ledger.commit(directed("i", { deadlineMs: 1_000 }));
      const { incidentId, decisionId } = decision;
      const target = { incidentId, decisionId };
      for (const agentId of ["a", "b"]) await directives.begin({ kind: "begin", ...target, agentId, run: agentId });
      await directives.report({ kind: "report", ...target, agentId: "a", run: "a", outcome: "done", note: "" });
      const early = await directives.settleDue();
      assert.deepEqual(early.settled, []);
      assert.ok(early.nextInMs !== null && early.nextInMs <= 1_000);
      await waitFor("the deadline", async () => (await directives.find(["c"])).length === 0);
      const over = await directives.begin({ kind: "begin", ...target, agentId: "c", run: "c1" });
      assert.deepEqual(over, { kind: "over" });
      const late = { kind: "report", ...target, agentId: "b", run: "b", outcome: "done", note: "at last" } as const;
      assert.deepEqual(await directives.report(late), { kind: "told", state: "late" });
      assert.deepEqual(await directives.report(late), { kind: "repeated" });
      const { settled, nextInMs } = await directives.settleDue();
      assert.equal(nextInMs, null);
      assert.deepEqual(
        settled.map(({ outcome, targets }) => [outcome, ...targets.map(({ state }) => state)]),
        [["missed", "done", "late", "waiting"]],
      );
      assert.deepEqual(await directives.figures(), { open: 0, met: 0, missed: 1, escalated: 2 });
      assert.deepEqual((await directives.settleDue()).settled, [], "it is settled once");
    },
  },
  {
    name: "a lost decision that is given back has its directive again, with its whole deadline (D4)",
    async run(swarm) {
      const { ledger, directives } = await swarm.client();
      const { decision: present } = await ledger.commit(proposalOf("present", "a"));
      const lost = { ...directed("i"), term: 0, committedAtMs: present.committedAtMs };
      assert.deepEqual(await ledger.reoffer([lost, present]), [
        { kind: "restored", decision: lost },
        { kind: "held", decision: present },
      ]);
      const [opened] = await directives.read(["i"]);
      assert.deepEqual(
        opened?.targets.map(({ agentId, state }) => `${agentId} ${state}`),
        ["a waiting", "b waiting", "c waiting"],
      );
      await ledger.reoffer([lost]);
      assert.equal((await directives.figures()).open, 1);
    },
  },
  {
    name: "a lost decision that is given back long after its directive's deadline is restored without it (D4)",
    async run(swarm) {
      const { ledger, directives } = await swarm.client();
      const { decision: present } = await ledger.commit(proposalOf("present", "a"));
      const deadlineMs = 1_000;
      const overSince = (incidentId: string, overMs: number) => ({
        ...directed(incidentId, { deadlineMs }),
        ...{ term: 0, committedAtMs: present.committedAtMs - deadlineMs - overMs },
      });
      const [old, recent] = [overSince("old", directiveLimits.reopenMs), overSince("recent", 1)];
      for (const { kind } of await ledger.reoffer([old, recent])) assert.equal(kind, "restored");
      assert.deepEqual(await ledger.read("old"), old);
      const open = (await directives.read(["old", "recent"])).map(({ incidentId }) => incidentId);
      assert.deepEqual(open, ["recent"]);
      assert.equal((await directives.figures()).open, 1);
      const entries = (await ledger.list(10)).entries.filter(({ decision }) => decision.incidentId === "old");
      assert.deepEqual(entries, [{ decision: old, acts: [] }]);
    },
  },
];

/** Registers the suite. */
export function testDirectiveStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("DirectiveStore", directiveCases, open);
}
