/** What every BudgetStore does where several want the same room: its policy, notice to those that hold it, and the line. */
import assert from "node:assert/strict";
import {
  budgetAmendment,
  checkBudgetPolicies,
  usualPolicy,
  type Amounts,
  type BudgetChange,
} from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";
import { assertBalanced } from "./budget-balance.ts";
import { allocate, make } from "./budget-requests.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const minute = 60_000;

/** The cases; each gets a swarm of its own. */
export const budgetContentionCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "what a policy keeps back is for those that name it, a tier fills it to its share, and both change at once",
    async run(swarm) {
      const { budgets } = await swarm.client();
      const policy = { reserves: { emergency: 10, optimisation: 5 }, tiers: { bronze: 50 } } as const;
      await make(budgets, { budgetId: "pool", limits: { credits: 1_000 }, ...policy });
      let requests = 0;
      const outcome = async (credits: number, who: { readonly reserve?: string; readonly tier?: string } = {}) => {
        const answer = await allocate(budgets, "pool", { requestId: `r-${++requests}`, amounts: { credits }, ...who });
        if (answer.kind !== "refused") return answer.kind;
        return answer.refusal.kind === "exhausted" ? answer.refusal.remaining["credits"] : answer.refusal.kind;
      };
      assert.equal(await outcome(501, { tier: "bronze" }), 500);
      assert.equal(await outcome(500, { tier: "bronze" }), "granted");
      assert.equal(await outcome(1, { tier: "bronze" }), 0);
      assert.equal(await outcome(351), 350, "15 percent are kept");
      assert.equal(await outcome(350), "granted");
      assert.equal(await outcome(101, { reserve: "emergency" }), 100);
      assert.equal(await outcome(100, { reserve: "emergency" }), "granted");
      assert.equal(await outcome(1, { reserve: "luxury" }), "unknown-class");
      const amend = (change: BudgetChange) =>
        budgets.read(["pool"]).then(([pool]) => budgets.apply(budgetAmendment(pool!, change)));
      assert.equal((await amend({ limits: { credits: 949 } })).kind, "refused", "950 are out");
      assert.equal((await amend({ limits: { credits: 950 }, reserves: {} })).kind, "done");
      assert.equal(await outcome(1), 0);
      await amend({ limits: { credits: 1_000 }, exhaustion: { kind: "degrade", leastPercent: 50 } });
      const less = { requestId: "less", amounts: { credits: 100 } };
      for (let again = 0; again < 2; again++) {
        const answer = await allocate(budgets, "pool", less);
        assert.deepEqual(answer.kind === "granted" && answer.grant.amounts, { credits: 50 });
      }
      assert.equal(await outcome(1), 0);
      assert.deepEqual((await budgets.read(["pool"]))[0]?.policy, {
        reserves: {},
        tiers: { bronze: 50 },
        exhaustion: { kind: "degrade", leastPercent: 50 },
      });
      await assertBalanced(budgets);
    },
  },
  {
    name: "who says the least that it takes gets what there is, and the same again whatever was given back meanwhile (B3)",
    async run(swarm) {
      const { budgets } = await swarm.client();
      await make(budgets, { budgetId: "pool", limits: { credits: 100, slots: 10 } });
      const held = await allocate(budgets, "pool", { requestId: "held", amounts: { slots: 6 } });
      assert.ok(held.kind === "granted");
      const wish = { requestId: "less", amounts: { credits: 5, slots: 8 } };
      const ask = (least?: Amounts) => allocate(budgets, "pool", { ...wish, least });
      for (const least of [undefined, { slots: 5 }, { credits: 5 }])
        assert.equal((await ask(least)).kind, "refused", JSON.stringify(least));
      const first = await ask({ slots: 4 });
      assert.deepEqual(first.kind === "granted" && first.grant.amounts, { credits: 5, slots: 4 });
      await budgets.apply({ kind: "release", budgetId: "pool", allocationId: held.grant.allocationId });
      for (const least of [undefined, { slots: 4 }, { slots: 1 }]) {
        const again = await ask(least);
        assert.ok(first.kind === "granted" && again.kind === "granted" && again.repeated);
        assert.deepEqual(
          [again.grant.allocationId, again.grant.amounts],
          [first.grant.allocationId, first.grant.amounts],
        );
      }
      await assertBalanced(budgets);
    },
  },
  {
    name: "what the live policy says holds for budgets without a policy of their own, in each process at once, and is logged",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).budgets, (await swarm.client()).budgets];
      const reserves = (emergency: number) => checkBudgetPolicies({ it: { reserves: { emergency } } })["it"]!;
      await make(one, { budgetId: "root", limits: { credits: 1_000 } });
      await make(one, { budgetId: "run", parentId: "root", limits: { credits: 100 } });
      await make(one, { budgetId: "own", limits: { credits: 100 }, reserves: { emergency: 1 } });
      const left = async (budgetId: string) => {
        const answer = await allocate(other, budgetId, { requestId: "much", amounts: { credits: 999 } });
        return answer.kind === "refused" && answer.refusal.kind === "exhausted" && answer.refusal.remaining["credits"];
      };
      const all = async () => [await left("run"), await left("own")];
      assert.equal(await one.setDefaults({ version: 7, policies: { "*": reserves(10) } }), true);
      assert.deepEqual(await all(), [90, 99]);
      assert.equal(await one.setDefaults({ version: 8, policies: { "*": reserves(10), root: reserves(40) } }), true);
      assert.equal(await other.setDefaults({ version: 7, policies: {} }), false, "it is older");
      assert.deepEqual(await all(), [60, 99]);
      assert.deepEqual(
        (await other.read(["run", "own"])).map(({ policy }) => policy),
        [reserves(40), reserves(1)],
      );
      const { checkpoint } = await assertBalanced(one);
      assert.equal(await one.compact(checkpoint!, 1), true);
      const [run] = await one.read(["run"]);
      assert.deepEqual(await one.apply(budgetAmendment(run!, { tiers: { batch: 50 } })), { kind: "done" });
      assert.equal(await other.setDefaults({ version: 9, policies: {} }), true);
      assert.equal(await other.setDefaults({ version: 10, policies: {} }), false, "they are in use");
      assert.deepEqual(await all(), [60, 99], "an amended policy is the budget's own");
      assert.deepEqual((await one.read(["root"]))[0]?.policy, usualPolicy);
      await assertBalanced(other);
    },
  },
  {
    name: "of two changes that were made of one policy the second is refused, and changes nothing; made anew it keeps both",
    async run(swarm) {
      const { budgets } = await swarm.client();
      await make(budgets, { budgetId: "pool", limits: { credits: 100 } });
      const read = async () => (await budgets.read(["pool"]))[0]!;
      const before = await read();
      const first = budgetAmendment(before, { reserves: { emergency: 10 } });
      const second = budgetAmendment(before, { limits: { credits: 50 }, tiers: { batch: 60 } });
      const overtaken = { kind: "refused", refusal: { kind: "policy-changed", budgetId: "pool" } };
      assert.deepEqual(await budgets.apply(first), { kind: "done" });
      assert.deepEqual(await budgets.apply(second), overtaken);
      const between = await read();
      assert.deepEqual([between.limits, between.policy.tiers], [{ credits: 100 }, {}]);
      assert.deepEqual(await budgets.apply(budgetAmendment(between, { tiers: { batch: 60 } })), { kind: "done" });
      const { reserves, tiers } = (await read()).policy;
      assert.deepEqual([reserves, tiers], [{ emergency: 10 }, { batch: 60 }]);
      assert.deepEqual(await budgets.apply(first), overtaken);
      await assertBalanced(budgets);
    },
  },
  {
    name: "a part is taken from nobody that does not know: after a notice its lease stands until its holder shortens it",
    async run(swarm) {
      const { budgets } = await swarm.client();
      await make(budgets, { budgetId: "pool", limits: { slots: 1 }, strategy: "priority" });
      const wish = { requestId: "low", amounts: { slots: 1 } };
      const low = await allocate(budgets, "pool", wish);
      assert.ok(low.kind === "granted");
      const { allocationId, leaseUntilMs } = low.grant;
      const ask = () => allocate(budgets, "pool", { requestId: "high", amounts: { slots: 1 }, priority: 9 });
      const told = async (leaseMs: number) => {
        const outcome = await budgets.apply({ kind: "extend", budgetId: "pool", allocationId, leaseMs });
        assert.ok(outcome.kind === "refused" && outcome.refusal.kind === "noticed", JSON.stringify(outcome));
        return outcome.refusal.leaseUntilMs;
      };
      const first = await ask();
      assert.ok(first.kind === "refused" && first.refusal.kind === "exhausted" && first.refusal.preempted === 1);
      assert.equal(await told(minute), leaseUntilMs);
      const endMs = await told(400);
      assert.ok(endMs < leaseUntilMs);
      assert.equal(await told(minute), endMs, "it is never prolonged again");
      const again = await allocate(budgets, "pool", wish);
      assert.ok(again.kind === "granted" && again.grant.leaseUntilMs === endMs, "nor by asking anew");
      await waitFor("the shortened lease to end", async () => (await ask()).kind === "granted");
      await assertBalanced(budgets);
    },
  },
  {
    name: "who waits for room goes in the order of coming, also before who asks first, until its place lapses",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).budgets, (await swarm.client()).budgets];
      await make(one, { budgetId: "pool", limits: { slots: 2 } });
      const ask = async (store: BudgetStore, requestId: string, keepPlaceMs?: number) =>
        (await allocate(store, "pool", { requestId, amounts: { slots: 1 }, keepPlaceMs })).kind;
      const held = await allocate(one, "pool", { requestId: "held", amounts: { slots: 2 } });
      assert.ok(held.kind === "granted");
      for (const [requestId, keepPlaceMs] of [
        ["first", minute],
        ["gone", 200],
        ["last", minute],
      ] as const)
        assert.equal(await ask(requestId === "gone" ? other : one, requestId, keepPlaceMs), "refused");
      await one.apply({ kind: "release", budgetId: "pool", allocationId: held.grant.allocationId });
      for (const requestId of ["last", "new"]) assert.equal(await ask(other, requestId, minute), "refused");
      assert.equal(await ask(other, "first", minute), "granted");
      await waitFor(
        "the place of who does not ask again to lapse",
        async () => (await ask(one, "last", minute)) === "granted",
      );
      assert.equal(await ask(other, "gone", minute), "refused");
      await assertBalanced(one);
    },
  },
];
