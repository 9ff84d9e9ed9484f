import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, type Json } from "@entrain/kernel";
import { diffDocuments, redo, type ContextDocument, type ContextEntry, type ContextNews } from "@entrain/core/context";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import type { ContextWatch, WatchNews, WatchOptions } from "@entrain/ports";
import { watchContext } from "./context-watch.ts";

/** A document that changes by hand, with its history, and a watch of it. */
function watching(options: WatchOptions = {}) {
  const time = createVirtualTime();
  const entries: ContextEntry[] = [];
  const listeners = new Set<(news: ContextNews) => void>();
  let copy: ContextDocument = { version: 0, document: {} };
  let oldest = 1;
  const source = {
    current: () => copy,
    reach: () => Promise.resolve(),
    watch(listener: (news: ContextNews) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const store = {
    changesSince: (version: number) =>
      Promise.resolve({
        nowMs: 0,
        present: copy.version,
        oldest,
        entries: entries.filter((entry) => entry.version > version && entry.version >= oldest).slice(0, 3),
      }),
  };
  const set = (name: string, value: Json, author = "ops"): void => {
    const document = { ...copy.document, [name]: value };
    const version = copy.version + 1;
    const changes = diffDocuments(copy.document, document);
    const patch = { kind: "merge", patch: { [name]: value } } as const;
    const entry = { version, baseVersion: copy.version, author, reason: "", atMs: version, patch, changes };
    entries.push(entry);
    copy = { version, document: redo(copy.document, changes) };
    for (const listener of listeners) listener({ kind: "change", entry, document: copy });
  };
  const compact = (version: number): void => {
    oldest = version;
  };
  const open = (more: WatchOptions = options): ContextWatch =>
    watchContext({ source, store, timers: time.timers, clock: time.clock, events: () => undefined }, more);
  return { time, set, compact, open, present: () => copy };
}

async function take(watch: ContextWatch, count: number): Promise<WatchNews[]> {
  const taken: WatchNews[] = [];
  for (let n = 0; n < count; n++) {
    const next = await watch.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

const versions = (news: readonly WatchNews[]) => news.map(({ kind, version }) => `${kind} ${version}`);

test("each version is told once, in order, with all its changes", async () => {
  const { set, open } = watching();
  set("before", 1);
  const watch = open();
  for (let n = 1; n <= 3; n++) set("n", n);
  const news = await take(watch, 3);
  assert.deepEqual(versions(news), ["change 2", "change 3", "change 4"]);
  assert.deepEqual(
    news.map((one) => one.kind === "change" && one.changes.map(({ pointer }) => pointer)),
    [["/n"], ["/n"], ["/n"]],
  );
});

test("a watcher that waits is told at once, and an ended watch ends the loop over it", async () => {
  const { set, open } = watching();
  const watch = open();
  const first = watch.next();
  set("n", 1);
  const { value } = (await first) as IteratorYieldResult<WatchNews>;
  assert.equal(value.version, 1);
  const last = watch.next();
  watch.close();
  assert.equal((await last).done, true);
  set("n", 2);
  assert.deepEqual(await take(watch, 1), []);
  assert.deepEqual([watch.stats().health, watch.stats().closed], ["closed", true]);
});

test("what the filter lets nothing of through is told by a bookmark, so that a resumed watch need not see it again", async () => {
  const { time, set, open } = watching({ pointers: ["/mine"], authors: ["ops"], bookmarkEveryMs: 500 });
  const watch = open();
  set("other", 1);
  set("mine", 1, "dev");
  set("mine", 2);
  set("other", 2);
  const bookmark = take(watch, 2);
  await time.advance(500);
  assert.deepEqual(versions(await bookmark), ["change 3", "bookmark 4"]);
});

test("a watch resumes after any version that is kept, page by page, with what happens meanwhile behind it", async () => {
  const { set, open } = watching();
  for (let n = 1; n <= 8; n++) set("n", n);
  const watch = open({ fromVersion: 2 });
  set("n", 9);
  assert.deepEqual(
    versions(await take(watch, 7)),
    [3, 4, 5, 6, 7, 8, 9].map((version) => `change ${version}`),
  );
});

test("a version that is compacted, or never was, is answered by the whole document, from where it was missed", async () => {
  const { set, compact, open, present } = watching();
  for (let n = 1; n <= 8; n++) set("n", n);
  compact(6);
  for (const fromVersion of [2, 99]) {
    const [news] = await take(open({ fromVersion }), 1);
    assert.ok(news?.kind === "resync");
    assert.deepEqual([news.fromVersion, news.cause], [fromVersion, "compacted"]);
    assert.deepEqual(news.document, present().document);
  }
});

test("a slow watcher gets what found room, then the whole, and nothing is dropped in silence", async () => {
  const { set, open, present } = watching({ queueMax: 2 });
  const watch = open();
  set("n", 1);
  assert.equal(watch.stats().health, "behind");
  for (let n = 2; n <= 10; n++) set("n", n);
  const news = await take(watch, 3);
  assert.deepEqual(versions(news), ["change 1", "change 2", "resync 10"]);
  const last = news[2];
  assert.ok(last?.kind === "resync" && last.cause === "slow" && last.fromVersion === 2);
  assert.deepEqual(last.document, present().document);
  set("n", 11);
  assert.deepEqual(versions(await take(watch, 1)), ["change 11"]);
  const told = { version: 11, waiting: 0, behind: 0, behindMs: 0, coalesced: 0, told: 4, resyncs: 1 };
  assert.deepEqual(watch.stats(), { health: "current", ...told, closed: false });
});

test("however slow a watcher is, each version is told, bookmarked or covered by a resync, and its copy comes out right", async () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = createRandom(`watch/${seed}`);
    const { time, set, open, present } = watching();
    const pace = seed % 2 === 0 ? {} : { batchMs: 5 * random.int(3), newsPerSecondMax: 50 + 950 * random.next() };
    const watch = open({ queueMax: 1 + random.int(5), bookmarkEveryMs: 10, ...pace });
    let copy: ContextDocument = { version: 0, document: {} };
    const absorb = async (): Promise<void> => {
      const { value } = (await time.until(watch.next())) as IteratorYieldResult<WatchNews>;
      if (value.kind === "resync") {
        assert.equal(value.fromVersion, copy.version);
        copy = { version: value.version, document: value.document };
      }
      const told = value.kind === "batch" ? value.versions : value.kind === "change" ? [value] : [];
      for (const { version, baseVersion, changes } of told) {
        assert.equal(baseVersion, copy.version, `seed ${seed}`);
        copy = { version, document: redo(copy.document, changes) };
      }
    };
    for (let step = 0; step < 200; step++) {
      if (random.next() < 0.6) set(`k${random.int(4)}`, step);
      else if (watch.stats().waiting > 0) await absorb();
      else await time.advance(1);
    }
    while (copy.version < present().version) await absorb();
    assert.deepEqual(copy, present());
  }
});

test("options that are none are refused by name", () => {
  const { open } = watching();
  for (const [options, field] of [
    [{ queueMax: 0 }, "queueMax"],
    [{ bookmarkEveryMs: 0 }, "bookmarkEveryMs"],
    [{ fromVersion: -1 }, "fromVersion"],
    [{ pointers: ["policy"] }, "pointers[0]"],
  ] as const)
    assert.throws(() => open(options), { code: "invalid-argument", field });
});

/** The versions that are in news, whether told alone or in a batch. */
const versionsIn = (news: readonly WatchNews[]) =>
  news.flatMap((one) => (one.kind === "batch" ? one.versions.map(({ version }) => version) : [one.version]));

/** Takes what comes until the watch is closed. */
function gather(watch: ContextWatch): readonly WatchNews[] {
  const taken: WatchNews[] = [];
  void (async () => {
    for await (const news of watch) taken.push(news);
  })();
  return taken;
}

test("versions that come within a batching window are told as one, each of them, and the next window begins with the next", async () => {
  const { time, set, open } = watching();
  const told = gather(open({ batchMs: 50 }));
  for (const n of [1, 2, 3]) {
    set("n", n);
    await time.advance(10);
  }
  assert.deepEqual(told, []);
  await time.advance(30);
  assert.deepEqual([told.map(({ kind }) => kind), versionsIn(told)], [["batch"], [1, 2, 3]]);
  set("n", 4);
  await time.advance(49);
  assert.equal(told.length, 1);
  await time.advance(1);
  assert.deepEqual(versions(told), ["batch 3", "change 4"]);
});

test("news come no faster than the rate that was asked for, and none of the versions is left out", async () => {
  const { time, set, open } = watching();
  const watch = open({ newsPerSecondMax: 10 });
  const told = gather(watch);
  for (let n = 1; n <= 500; n++) {
    set("n", n);
    await time.advance(4);
  }
  await time.advance(200);
  assert.deepEqual(
    versionsIn(told),
    Array.from({ length: 500 }, (_, n) => n + 1),
  );
  assert.ok(told.length <= 2 * 10 + 2, `${told.length} news in 2 s`);
  const { behind, waiting, resyncs } = watch.stats();
  assert.deepEqual([behind, waiting, resyncs], [0, 0, 0]);
});

test("a watcher at a pace that is too slow for its queue is told to begin anew all the same", async () => {
  const { time, set, open } = watching();
  const watch = open({ newsPerSecondMax: 1, queueMax: 5 });
  const told = gather(watch);
  for (let n = 1; n <= 20; n++) set("n", n);
  await time.advance(1);
  assert.ok(watch.stats().behind > 0 && watch.stats().health === "resync");
  await time.advance(3_000);
  assert.equal(told.at(-1)?.version, 20);
  assert.deepEqual(
    told.filter(({ kind }) => kind === "resync").map(({ version }) => version),
    [20],
  );
  assert.equal(watch.stats().behind, 0);
});

test("a watch by severity hears what matters, by the marks that the document itself has", async () => {
  const { time, set, open } = watching();
  const critical = gather(open({ severityMin: "critical" }));
  const warnings = gather(open({ severityMin: "warning" }));
  set("mine", 1);
  set("policy", { decision: 1 });
  set("configuration", { features: {} });
  set("metadata", { severities: { "/mine": "critical", "/policy/decision": "info" } });
  set("mine", 2);
  await time.advance(1);
  const changes = (news: readonly WatchNews[]) => news.filter(({ kind }) => kind === "change");
  assert.deepEqual(versions(changes(critical)), ["change 2", "change 5"]);
  assert.deepEqual(versions(changes(warnings)), ["change 2", "change 3", "change 5"]);
  set("policy", { decision: 2 });
  await time.advance(1);
  assert.deepEqual(versions(changes(critical)), ["change 2", "change 5"]);
});

test("a pace or a severity that is none is refused by name", () => {
  const { open } = watching();
  assert.throws(() => open({ batchMs: -1 }), { code: "invalid-argument", field: "batchMs" });
  assert.throws(() => open({ newsPerSecondMax: 0 }), { code: "invalid-argument", field: "newsPerSecondMax" });
  assert.throws(() => open({ severityMin: "grave" as "info" }), { code: "invalid-argument", field: "severityMin" });
});

test("a watch tells how long the oldest that waits has waited, and how many versions came together with another", async () => {
  const { time, set, open } = watching();
  set("before", 1);
  const watch = open({ batchMs: 10 });
  assert.deepEqual([watch.stats().behindMs, watch.stats().coalesced], [0, 0]);
  set("n", 1);
  await time.advance(30);
  set("n", 2);
  set("n", 3);
  assert.deepEqual([watch.stats().health, watch.stats().behindMs, watch.stats().behind], ["behind", 30, 3]);
  assert.deepEqual(versions(await take(watch, 1)), ["batch 4"]);
  assert.deepEqual([watch.stats().behindMs, watch.stats().coalesced, watch.stats().told], [0, 2, 1]);
  const slow = open({ queueMax: 1 });
  set("n", 4);
  set("n", 5);
  await slow.next();
  await time.advance(7);
  assert.deepEqual([slow.stats().health, slow.stats().behindMs], ["resync", 7]);
});

test("a name that no label could be is refused", () => {
  const { open } = watching();
  for (const name of ["", "1st", "a b", "x".repeat(64)]) assert.throws(() => open({ name }), { field: "name" });
});
