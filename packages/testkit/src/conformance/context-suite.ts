/** What every ContextStore does (C1 to C3). */
import assert from "node:assert/strict";
import type { Json } from "@entrain/kernel";
import {
  advance,
  diffDocuments,
  emptyDocument,
  historyLimits,
  type ContextDocument,
  type ContextEntry,
  type ContextProposal,
  type HistoryLimits,
  type SharedDocument,
} from "@entrain/core/context";
import type { ContextHint, ContextStore } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

/** The change that sets one section. */
function proposalFor(base: ContextDocument, section: string, value: Json, requestId?: string): ContextProposal {
  const document: SharedDocument = { ...base.document, [section]: value };
  return {
    baseVersion: base.version,
    text: JSON.stringify(document),
    patch: { kind: "merge", patch: { [section]: value } },
    changes: diffDocuments(base.document, document),
    author: "suite",
    reason: `set ${section}, with "quotes" and ü`,
    requestId,
  };
}

async function set(store: ContextStore, section: string, value: Json, keep: HistoryLimits = historyLimits.usual) {
  return store.commit(proposalFor(await store.read(), section, value), keep);
}

const refusedWith = (code: string, value?: number) => (thrown: unknown) => {
  const { code: said, value: present } = thrown as { code?: string; value?: unknown };
  assert.equal(said, code);
  if (value !== undefined) assert.equal(present, value);
  return true;
};

/** The cases; each gets a swarm of its own. */
export const contextCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "before there is a document it is empty in version 0, and reading writes nothing",
    async run(swarm) {
      const { context } = await swarm.client();
      assert.deepEqual(await context.read(), emptyDocument);
      for (const page of [await context.changesSince(0), await context.history(10)]) {
        assert.deepEqual({ ...page, nowMs: 0 }, { present: 0, oldest: 0, entries: [], nowMs: 0 });
        assert.ok(page.nowMs > 1.7e12);
      }
    },
  },
  {
    name: "of many first documents one is stored as version 1, and everybody is answered that one",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => swarm.client()));
      const documents = await Promise.all(
        Array.from({ length: 12 }, (_, index) => clients[index % 4]!.context.readOrCreate({ from: index }, "suite")),
      );
      for (const document of documents) assert.deepEqual(document, documents[0]);
      assert.equal(documents[0]?.version, 1);
      assert.equal((await clients[0]!.globalState.snapshot()).contextVersion, 1);
      const { entries } = await clients[1]!.context.changesSince(0);
      assert.deepEqual(
        entries.map(({ version, baseVersion, patch }) => [version, baseVersion, patch.kind]),
        [[1, 0, "initial"]],
      );
    },
  },
  {
    name: "of twenty changes of one base at once one is made and nineteen are told the present version (C2)",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => swarm.client()));
      const base = await clients[0]!.context.readOrCreate({}, "suite");
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          clients[index % 4]!.context.commit(proposalFor(base, "winner", index), historyLimits.usual),
        ),
      );
      const made = outcomes.filter(({ status }) => status === "fulfilled");
      assert.equal(made.length, 1);
      for (const outcome of outcomes) if (outcome.status === "rejected") refusedWith("conflict", 2)(outcome.reason);
      const { version, document } = await clients[3]!.context.read();
      assert.equal(version, 2);
      assert.equal(
        document["winner"],
        outcomes.findIndex(({ status }) => status === "fulfilled"),
      );
    },
  },
  {
    name: "versions are dense, and the log leads from any of them to the present (C1)",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).context, (await swarm.client()).context];
      for (let index = 1; index <= 450; index++) await set(index % 2 ? one : other, `s${index % 7}`, index);
      const present = await one.read();
      assert.equal(present.version, 450);
      let copy: ContextDocument = emptyDocument;
      while (copy.version < present.version) {
        const { entries } = await other.changesSince(copy.version);
        const { document, news, gap } = advance(copy, entries);
        assert.ok(!gap && news.length > 0);
        copy = document;
      }
      assert.deepEqual(copy, present);
    },
  },
  {
    name: "a request id makes one version, however often it is sent, and is refused for another change",
    async run(swarm) {
      const { context } = await swarm.client();
      const base = await context.readOrCreate({}, "suite");
      const proposal = proposalFor(base, "once", 1, "request-1");
      const sent = await Promise.allSettled(
        Array.from({ length: 10 }, () => context.commit(proposal, historyLimits.usual)),
      );
      assert.ok(sent.every((one) => one.status === "fulfilled" && one.value === 2));
      assert.equal((await context.read()).version, 2);
      assert.equal(await context.findRequest("request-1", proposal.patch), 2);
      assert.equal(await context.findRequest("request-2", proposal.patch), undefined);
      const other = proposalFor(await context.read(), "once", 2, "request-1");
      await assert.rejects(context.commit(other, historyLimits.usual), refusedWith("already-exists"));
      await assert.rejects(context.findRequest("request-1", other.patch), refusedWith("already-exists"));
    },
  },
  {
    name: "history is bounded by count and by size; what is left says where it begins, and its requests are forgotten",
    async run(swarm) {
      const { context } = await swarm.client();
      const few = { ...historyLimits.usual, versionsMax: 5 };
      for (let index = 1; index <= 12; index++)
        await context.commit(proposalFor(await context.read(), "n", index, `request-${index}`), few);
      const page = await context.history(100);
      assert.deepEqual(
        page.entries.map(({ version }) => version),
        [12, 11, 10, 9, 8],
      );
      assert.equal(page.oldest, 8);
      assert.equal((await context.changesSince(2)).oldest, 8);
      const { patch } = proposalFor(emptyDocument, "n", 3);
      assert.equal(await context.findRequest("request-3", patch), undefined);
      await set(context, "big", "x".repeat(5_000), { ...historyLimits.usual, charactersMax: 6_000 });
      await set(context, "big", "y", { ...historyLimits.usual, charactersMax: 6_000 });
      assert.deepEqual(
        (await context.history(100)).entries.map(({ version }) => version),
        [14],
      );
    },
  },
  {
    name: "history is read from the newest back, in pages",
    async run(swarm) {
      const { context } = await swarm.client();
      for (let index = 1; index <= 10; index++) await set(context, "n", index);
      const first = await context.history(4);
      const second = await context.history(100, first.entries.at(-1)?.version);
      const versions = [...first.entries, ...second.entries].map(({ version }) => version);
      assert.deepEqual(versions, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
      const [newest] = first.entries;
      assert.equal(newest?.author, "suite");
      assert.equal(newest.reason, 'set n, with "quotes" and ü');
      assert.deepEqual(newest.patch, { kind: "merge", patch: { n: 10 } });
      assert.deepEqual(newest.changes, [{ kind: "replaced", pointer: "/n", before: 9, after: 10 }]);
      assert.ok(newest.atMs > 1.7e12);
    },
  },
  {
    name: "a watcher is hinted of changes, with the version itself where it is small",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).context, (await swarm.client()).context];
      const hints: ContextHint[] = [];
      const unwatch = other.watch((hint) => hints.push(hint));
      await waitFor("a hint", async () => {
        await set(one, "n", Math.random());
        return hints.length > 0;
      });
      const last = await set(one, "n", "last");
      const hint = await waitFor("the hint of the last one", () => hints.find(({ version }) => version === last));
      const [entry] = (await other.changesSince(last - 1)).entries as [ContextEntry];
      assert.deepEqual(hint.entries?.at(-1), entry);
      const large = await set(one, "large", "x".repeat(10_000));
      const short = await waitFor("the hint of the large one", () => hints.find(({ version }) => version === large));
      assert.equal(short.entries, undefined);
      unwatch();
    },
  },
  {
    name: "every version is hinted, also those that come too fast for a hint each",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).context, (await swarm.client()).context];
      const hinted: number[] = [];
      const unwatch = other.watch(({ version, entries }) =>
        hinted.push(...(entries?.map((entry) => entry.version) ?? [version])),
      );
      await waitFor("a hint", async () => {
        await set(one, "n", Math.random());
        return hinted.length > 0;
      });
      const [first = 0] = hinted;
      let last = first;
      for (let round = 0; round < 10; round++) {
        const base = await one.read();
        const next = { ...base, version: base.version + 1 };
        // Sent together, so that the second comes at once after the first.
        const pair = [proposalFor(base, "n", round), proposalFor(next, "n", -round)];
        await Promise.all(pair.map((proposal) => one.commit(proposal, historyLimits.usual)));
        last = next.version + 1;
        await waitFor("the hint of the last one", () => hinted.at(-1) === last, 2_000).catch(() =>
          assert.fail(`no hint of version ${last}`),
        );
      }
      assert.deepEqual(
        hinted,
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      );
      unwatch();
    },
  },
];

/** Registers the suite. */
export function testContextStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("ContextStore", contextCases, open);
}
