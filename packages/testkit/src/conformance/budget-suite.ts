/** What every BudgetStore does (B1 to B3), beside the pure book of core/budget. */
import assert from "node:assert/strict";
import { createRandom } from "@entrain/kernel";
import { createBudgetBook, type Budget, type BudgetOutcome } from "@entrain/core/budget";
import { anyCommand } from "./any-budget-command.ts";
import { assertBalanced } from "./budget-balance.ts";
import { budgetContentionCases } from "./budget-contention-cases.ts";
import { allocate, make } from "./budget-requests.ts";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

/** A budget without what time does to it. */
const timeless = ({ leaseUntilMs: _, ...budget }: Budget): unknown => budget;

function withoutTimes(outcome: BudgetOutcome): unknown {
  if (outcome.kind === "extended") return outcome.kind;
  if (outcome.kind === "refused" && outcome.refusal.kind === "noticed") return outcome.refusal.allocationId;
  if (outcome.kind !== "granted") return outcome;
  const { leaseUntilMs: _until, leaseLeftMs: _left, ...grant } = outcome.grant;
  return { ...outcome, grant };
}

/** The cases; each gets a swarm of its own. */
export const budgetCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "of fifty allocations of a tenth at once ten are granted, and forty are told what is left (B1)",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => swarm.client()));
      assert.deepEqual(await make(clients[0]!.budgets, { budgetId: "pool", limits: { credits: 10_000 } }), {
        kind: "done",
      });
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          allocate(clients[index % 4]!.budgets, "pool", { requestId: `r-${index}`, amounts: { credits: 1_000 } }),
        ),
      );
      const granted = outcomes.filter(({ kind }) => kind === "granted");
      const refused = outcomes.filter(({ kind }) => kind === "refused");
      assert.deepEqual([granted.length, refused.length], [10, 40]);
      for (const outcome of refused) {
        assert.ok(outcome.kind === "refused" && outcome.refusal.kind === "exhausted");
        assert.deepEqual(outcome.refusal.remaining, { credits: 0 });
      }
      const [pool] = await clients[1]!.budgets.read(["pool"]);
      assert.deepEqual([pool?.granted, pool?.available, pool?.leases], [{ credits: 10_000 }, { credits: 0 }, 10]);
      await assertBalanced(clients[2]!.budgets);
    },
  },
  {
    name: "a request is granted once, however often it is sent, and is refused for another amount (B3)",
    async run(swarm) {
      const { budgets } = await swarm.client();
      await make(budgets, { budgetId: "pool", limits: { credits: 100 } });
      const wish = { requestId: "same", amounts: { credits: 10 }, holder: "worker-7" };
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => allocate(budgets, "pool", wish)));
      const grants = outcomes.map((outcome) => {
        assert.ok(outcome.kind === "granted");
        const { leaseLeftMs: _, ...grant } = outcome.grant;
        return grant;
      });
      for (const grant of grants) assert.deepEqual(grant, grants[0]);
      assert.equal((await budgets.read(["pool"]))[0]?.available["credits"], 90);
      assert.equal(await budgets.holderOf(grants[0]!.allocationId), "worker-7");
      assert.equal(await budgets.holderOf("a-none"), undefined);
      assert.deepEqual(await allocate(budgets, "pool", { ...wish, amounts: { credits: 11 } }), {
        kind: "refused",
        refusal: { kind: "request-reused", requestId: "same" },
      });
      const { allocationId } = grants[0]!;
      const longer = await budgets.apply({ kind: "extend", budgetId: "pool", allocationId, leaseMs: 600_000 });
      const later = await allocate(budgets, "pool", wish);
      assert.ok(longer.kind === "extended" && later.kind === "granted");
      assert.equal(later.grant.leaseUntilMs, longer.leaseUntilMs, "it was prolonged since");
      assert.ok(later.grant.leaseLeftMs > 500_000);
      await budgets.apply({ kind: "release", budgetId: "pool", allocationId });
      const ended = { kind: "refused", refusal: { kind: "ended", allocationId } };
      assert.deepEqual(await allocate(budgets, "pool", wish), ended);
      await budgets.apply({ kind: "close", budgetId: "pool" });
      assert.deepEqual(await allocate(budgets, "pool", wish), ended, "its budget was freed");
      await make(budgets, { budgetId: "pool", limits: { credits: 100 } });
      const anew = await allocate(budgets, "pool", { ...wish, amounts: { credits: 20 } });
      assert.ok(anew.kind === "granted" && !anew.repeated, "the next budget of that name knows nothing of it");
      await assertBalanced(budgets);
    },
  },
  {
    name: "at a lease's end memory comes back and credits are presumed spent; who vanished cannot release them (B2, B3)",
    async run(swarm) {
      const { budgets } = await swarm.client();
      await make(budgets, { budgetId: "pool", limits: { credits: 10, memory: 10 } });
      const amounts = { credits: 4, memory: 4 };
      const outcome = await allocate(budgets, "pool", { requestId: "r", amounts });
      assert.ok(outcome.kind === "granted");
      const { allocationId } = outcome.grant;
      await budgets.apply({ kind: "consume", budgetId: "pool", allocationId, consumed: { credits: 1 } });
      await budgets.apply({ kind: "extend", budgetId: "pool", allocationId, leaseMs: 100 });
      await waitFor("the lease is over", async () => {
        await budgets.reclaim();
        return (await budgets.read(["pool"]))[0]?.leases === 0;
      });
      const [pool] = await budgets.read(["pool"]);
      assert.deepEqual(
        [pool?.available, pool?.presumed],
        [
          { credits: 6, memory: 10 },
          { credits: 3, memory: 0 },
        ],
      );
      const late = { budgetId: "pool", allocationId } as const;
      assert.deepEqual(await budgets.apply({ kind: "release", ...late }), { kind: "repeated" });
      assert.equal((await budgets.apply({ kind: "extend", ...late, leaseMs: 1_000 })).kind, "refused");
      const { presumed } = await assertBalanced(budgets);
      assert.deepEqual(presumed, [{ budgetId: "pool", resource: "credits", amount: 3 }]);
    },
  },
  {
    name: "a child budget is prolonged, never beyond its parent and never to an earlier end, and its children with it (B2)",
    async run(swarm) {
      const { budgets } = await swarm.client();
      const minute = 60_000;
      await make(budgets, { budgetId: "root", limits: { slots: 10 } });
      await make(budgets, { budgetId: "run", parentId: "root", limits: { slots: 8 }, leaseMs: minute });
      await make(budgets, { budgetId: "step", parentId: "run", limits: { slots: 4 } });
      await make(budgets, { budgetId: "short", parentId: "run", limits: { slots: 2 }, leaseMs: minute / 2 });
      const prolong = (budgetId: string, leaseMs: number) => budgets.apply({ kind: "prolong", budgetId, leaseMs });
      const ends = async () =>
        (await budgets.read(["run", "step", "short"])).map(({ leaseUntilMs }) => leaseUntilMs ?? assert.fail("none"));
      const before = await ends();
      assert.equal((await prolong("run", 1_000)).kind, "extended");
      assert.deepEqual(await ends(), before, "it ends no earlier");
      assert.equal((await prolong("run", 10 * minute)).kind, "extended");
      const [run, step, short] = await ends();
      assert.ok(run! >= before[0]! + 8 * minute && step === run);
      assert.equal(short, before[2], "it has a lease of its own");
      assert.equal((await prolong("short", 60 * minute)).kind, "extended");
      assert.deepEqual(await ends(), [run, run, run], "no later than its parent");
      assert.deepEqual(await prolong("root", minute), {
        kind: "refused",
        refusal: { kind: "no-lease", budgetId: "root" },
      });
      const unknown = { kind: "unknown-budget", budgetId: "none" };
      assert.deepEqual(await prolong("none", minute), { kind: "refused", refusal: unknown });
      await assertBalanced(budgets);
    },
  },
  {
    name: "five hundred commands turn out as in the book, and leave the same figures",
    async run(swarm) {
      const { budgets } = await swarm.client();
      const random = createRandom("budgets");
      const book = createBudgetBook();
      for (let step = 0; step < 500; step++) {
        const command = anyCommand(random, step, 3_600_000, 86_400_000);
        const expected = book.apply(command, 1 + step);
        assert.deepEqual(withoutTimes(await budgets.apply(command)), withoutTimes(expected), JSON.stringify(command));
        if (step % 20 === 0) {
          const { budgets: present } = await budgets.list(100);
          assert.deepEqual(present.map(timeless), book.budgets().map(timeless), `after step ${step}`);
        }
      }
      await assertBalanced(budgets);
    },
  },
  {
    name: "of what an elastic budget borrowed nothing goes back that was used up, and nothing to who has a lender's name now (B3)",
    async run(swarm) {
      const { budgets } = await swarm.client();
      const elastic = { parentId: "root", limits: { tokens: 10 }, strategy: "elastic" } as const;
      await make(budgets, { budgetId: "root", limits: { tokens: 1_000 } });
      for (const budgetId of ["a", "b"]) await make(budgets, { budgetId, ...elastic });
      const move = (to: string, tokens: number) =>
        budgets.apply({ kind: "transfer", from: "root", to, amounts: { tokens }, requestId: `to-${to}` });
      const take = async (requestId: string, tokens: number) => {
        const outcome = await allocate(budgets, "a", { requestId, amounts: { tokens } });
        assert.ok(outcome.kind === "granted");
        return { budgetId: "a", allocationId: outcome.grant.allocationId };
      };
      const limits = async () => (await budgets.read(["a", "b"])).map(({ limits: { tokens } }) => tokens);
      const first = await take("first", 30);
      await budgets.apply({ kind: "consume", ...first, consumed: { tokens: 30 } });
      await budgets.apply({ kind: "release", ...first });
      await move("a", 40);
      await budgets.apply({ kind: "release", ...(await take("second", 1)) });
      assert.deepEqual(await limits(), [70, 10], "what came later is its own");
      await move("b", 920);
      const third = await take("third", 60);
      assert.deepEqual(await limits(), [90, 910], "20 are borrowed");
      await budgets.apply({ kind: "close", budgetId: "b" });
      await make(budgets, { budgetId: "b", ...elastic });
      await budgets.apply({ kind: "release", ...third });
      assert.deepEqual(await limits(), [70, 10], "they went to the parent");
      await assertBalanced(budgets);
    },
  },
  {
    name: "what ends by itself between commands of several clients is in the log, and the log leads to the figures (B1 to B3)",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => swarm.client()));
      const random = createRandom("audit");
      await make(clients[0]!.budgets, { budgetId: "root", limits: { credits: 400, slots: 60 } });
      for (let round = 0; round < 100; round++)
        await Promise.all(clients.map(({ budgets }) => budgets.apply(anyCommand(random, 4 * round, 100, 100))));
      const { entries } = await assertBalanced(clients[0]!.budgets);
      // How many of them find room is a matter of how fast the leases of 100 ms end.
      assert.ok(entries > 5, `${entries} entries`);
    },
  },
  {
    name: "a resource is no more than a name: limits per model and per tool stand beside each other (B1)",
    async run(swarm) {
      const { budgets } = await swarm.client();
      const limits = { "model/large/tokens": 100, "tool/search/calls": 2, "tool/search/open": 1 };
      await make(budgets, { budgetId: "run", limits, kinds: { "tool/search/open": "reusable" } });
      const call = (requestId: string) =>
        allocate(budgets, "run", { requestId, amounts: { "tool/search/calls": 1, "tool/search/open": 1 } });
      const first = await call("one");
      assert.ok(first.kind === "granted");
      assert.equal((await call("two")).kind, "refused", "one call is open");
      const target = { budgetId: "run", allocationId: first.grant.allocationId } as const;
      await budgets.apply({ kind: "consume", ...target, consumed: { "tool/search/calls": 1 } });
      await budgets.apply({ kind: "release", ...target });
      const [run] = await budgets.read(["run"]);
      assert.deepEqual(run?.available, { "model/large/tokens": 100, "tool/search/calls": 1, "tool/search/open": 1 });
      await assertBalanced(budgets);
    },
  },
  {
    name: "from a checkpoint on the log leads to the same figures; what lies before it may go, and an older one changes nothing",
    async run(swarm) {
      const { budgets } = await swarm.client();
      const random = createRandom("checkpoints");
      await make(budgets, { budgetId: "root", limits: { credits: 400, slots: 60 } });
      await make(budgets, { budgetId: "pool", limits: { slots: 10 } });
      const first = await assertBalanced(budgets);
      let last = 0;
      for (let round = 0; round < 3; round++) {
        for (let step = 0; step < 60; step++) {
          await budgets.apply(anyCommand(random, step, 3_600_000, 100));
          const outcome = await allocate(budgets, "pool", { requestId: `${round}/${step}`, amounts: { slots: 1 } });
          assert.ok(outcome.kind === "granted");
          const { allocationId } = outcome.grant;
          await budgets.apply({ kind: "release", budgetId: "pool", allocationId });
        }
        const { checkpoint, from } = await assertBalanced(budgets);
        assert.ok(checkpoint !== undefined && checkpoint.number > last);
        assert.equal(from, last);
        assert.equal(await budgets.compact(checkpoint, 1), true);
        assert.equal(await budgets.compact(checkpoint, 1), false, "it is there already");
        assert.deepEqual(await budgets.checkpoint(), checkpoint);
        last = checkpoint.number;
      }
      assert.equal(await budgets.compact(first.checkpoint!, 1), false, "it is older");
      assert.ok((await budgets.log(0, 1_000))[0]!.number > 1, "the first entries went");
    },
  },
  {
    name: "budgets are listed page by page, and a hint names those that changed",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).budgets, (await swarm.client()).budgets];
      const hinted = new Set<string>();
      const unwatch = other.watch((ids) => {
        for (const id of ids) hinted.add(id);
      });
      for (let n = 1; n <= 5; n++) await make(one, { budgetId: `b-${n}`, limits: { credits: n } });
      await waitFor("all five are hinted", () => Promise.resolve(hinted.size === 5));
      unwatch();
      const first = await one.list(2);
      const second = await one.list(2, first.next);
      const third = await one.list(2, second.next);
      assert.deepEqual(
        [first, second, third].map(({ budgets }) => budgets.map(({ budgetId }) => budgetId)),
        [["b-1", "b-2"], ["b-3", "b-4"], ["b-5"]],
      );
      assert.equal(third.next, undefined);
      assert.deepEqual(await one.read(["none"]), []);
    },
  },
  ...budgetContentionCases,
];

/** Registers the cases for an implementation. */
export function testBudgetStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("BudgetStore", budgetCases, open);
}
