/** Coordinators over a real Redis, called by real gRPC clients. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { loadConfig } from "@entrain/config";
import { EntrainError } from "@entrain/kernel";
import type { WatchNews } from "@entrain/ports";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { createContextClient, type ContextClient } from "@entrain/rpc";
import type { RunningService } from "@entrain/service";
import { createLogger } from "@entrain/telemetry";
import { waitFor } from "@entrain/testkit/conformance";
import { startCoordinator } from "./wiring.ts";

const surroundings = {
  logger: createLogger({ level: "silent" }),
  signal: new AbortController().signal,
  fail: (thrown: unknown) => assert.fail(EntrainError.from(thrown).message),
};
const swarm = "coordinator-test";
const started = new AsyncDisposableStack();
let redis: TestRedis;
let coordinators: readonly RunningService[];
let one: ContextClient;
let other: ContextClient;

async function startOne(env: Record<string, string> = {}): Promise<RunningService> {
  // What is tested here is no deadline, and the machine may be busy.
  const own = { ENTRAIN_SWARM: swarm, ENTRAIN_REDIS_URL: redis.url };
  const patient = { ENTRAIN_STORE_TIMEOUT: "4s", ENTRAIN_LEASE: "5s" };
  const config = loadConfig("coordinator", { ...own, ...patient, ...env });
  return startCoordinator(config, surroundings);
}

function clientOf({ grpcAddress }: RunningService, swarmId = swarm): ContextClient {
  assert.ok(grpcAddress !== undefined);
  return started.adopt(createContextClient(grpcAddress, { swarmId, insecure: false, deadlineMs: 15_000 }), (client) =>
    client.close(),
  );
}

/** A swarm of two coordinators, and a client of each. */
before(async () => {
  redis = started.use(await acquireTestRedis());
  coordinators = await Promise.all([startOne(), startOne()]);
  for (const coordinator of coordinators) started.defer(() => coordinator.stop());
  [one, other] = coordinators.map((coordinator) => clientOf(coordinator)) as [ContextClient, ContextClient];
  await waitFor("the shipped rules are the first version", async () => (await one.read()).version === 1);
});
after(() => started.disposeAsync());

const merge = (patch: Readonly<Record<string, unknown>>) =>
  ({ kind: "merge", patch }) as Parameters<typeof one.patch>[0];
const note = { author: "ops", reason: "to see" };

/** The next `count` of what a watch tells. */
async function take(watch: AsyncGenerator<WatchNews>, count: number): Promise<WatchNews[]> {
  const taken: WatchNews[] = [];
  while (taken.length < count) {
    const next = await watch.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

test("of 20 updates of one base through two coordinators 1 succeeds and 19 learn the present version", async () => {
  const { version } = await one.read();
  const updates = Array.from({ length: 20 }, (_, n) =>
    [one, other][n % 2]!.patch(merge({ race: { winner: n } }), { ...note, baseVersion: version }),
  );
  const results = await Promise.allSettled(updates);
  const won = results.flatMap((result, n) => (result.status === "fulfilled" ? [{ n, ...result.value }] : []));
  assert.deepEqual(
    won.map((winner) => winner.version),
    [version + 1],
  );
  for (const result of results)
    if (result.status === "rejected") {
      const { code, value } = EntrainError.from(result.reason);
      assert.deepEqual([code, value], ["conflict", version + 1]);
    }
  const read = await other.read();
  assert.deepEqual([read.version, read.document["race"], read.stale], [version + 1, { winner: won[0]?.n }, false]);
});

test("what has expired on the blackboard is not given, and goes by a change of its own; what is renewed stays", async () => {
  const { version } = await one.read();
  const item = { kind: "data", value: 1 };
  const expiresAt = Date.now() - 1;
  const items = { gone: { ...item, expiresAt }, kept: item, later: { ...item, expiresAt: expiresAt + 3_600_000 } };
  const made = await one.patch(merge({ blackboard: { items } }), { ...note, baseVersion: version });
  const given = (await other.read()).document["blackboard"] as { items: object };
  assert.deepEqual(Object.keys(given.items), ["kept", "later"]);
  const entry = await waitFor("the change that removes it", async () => {
    const { versions } = await one.history(20);
    return versions.find(({ reason }) => reason === "expired");
  });
  assert.deepEqual([entry.version > made.version, entry.author], [true, "entrain"]);
  assert.deepEqual(entry.pointers, ["/blackboard/items/gone"]);
});

test("a stale base and a broken schema change nothing and say what is wrong; the same request id is carried out once", async () => {
  const { version } = await one.read();
  await assert.rejects(one.patch(merge({ a: 1 }), { ...note, baseVersion: version - 1 }), {
    code: "conflict",
    value: version,
  });
  const item = { blackboard: { items: { a: { kind: "wish", value: 1 } } } };
  await assert.rejects(one.patch(merge(item), { ...note, baseVersion: version }), {
    code: "invalid-argument",
    field: "/blackboard/items/a/kind",
  });
  await assert.rejects(
    one.patch({ kind: "json", patch: [{ op: "remove", path: "/none" }] }, { ...note, baseVersion: version }),
    {
      code: "invalid-argument",
      field: "/none",
    },
  );
  assert.equal((await one.read()).version, version);
  const change = { ...note, baseVersion: version, requestId: "once" };
  const made = await one.patch({ kind: "json", patch: [{ op: "add", path: "/once", value: 1 }] }, change);
  assert.deepEqual(await other.patch({ kind: "json", patch: [{ op: "add", path: "/once", value: 1 }] }, change), made);
  await assert.rejects(other.patch(merge({ once: 2 }), change), { code: "already-exists" });
});

test("the history tells who and why, page by page; a rollback is a new version", async () => {
  const { version } = await one.read();
  await one.patch(merge({ kept: { n: 1 } }), { ...note, baseVersion: version });
  await one.patch(merge({ kept: { n: 2 } }), { author: "else", reason: "", baseVersion: version + 1 });
  assert.deepEqual(await one.rollback(version + 1, { ...note, baseVersion: version + 2 }), { version: version + 3 });
  assert.deepEqual((await other.read()).document["kept"], { n: 1 });
  const page = await other.history(2);
  assert.equal(page.present, version + 3);
  assert.deepEqual(
    page.versions.map((entry) => [entry.version, entry.author, entry.patchKind, entry.patch, entry.pointers]),
    [
      [version + 3, "ops", "rollback", version + 1, ["/kept/n"]],
      [version + 2, "else", "merge", { kept: { n: 2 } }, ["/kept/n"]],
    ],
  );
  const older = await other.history(1, version + 2);
  assert.deepEqual(
    older.versions.map((entry) => entry.version),
    [version + 1],
  );
  await assert.rejects(one.rollback(version + 9, { ...note, baseVersion: version + 3 }), { code: "not-found" });
});

test("a watch tells what its filter lets through, in order, and goes on from its last version elsewhere", async () => {
  const { version } = await one.read();
  const watch = one.watch({ pointers: ["/watched/**"], fromVersion: version, bookmarkEveryMs: 20 });
  const first = take(watch, 2);
  await other.patch(merge({ watched: { n: 1 } }), { ...note, baseVersion: version });
  await other.patch(merge({ unwatched: 1 }), { ...note, baseVersion: version + 1 });
  const [change, bookmark] = await first;
  assert.ok(change?.kind === "change");
  assert.deepEqual(
    [change.version, change.author, change.changes],
    [version + 1, "ops", [{ kind: "added", pointer: "/watched", after: { n: 1 } }]],
  );
  assert.deepEqual(bookmark, { kind: "bookmark", version: version + 2 });
  await watch.return(undefined);
  await other.patch(merge({ watched: { n: 2 } }), { ...note, baseVersion: version + 2 });
  await other.patch(merge({ watched: { n: null } }), { ...note, baseVersion: version + 3 });
  const resumed = other.watch({ pointers: ["/watched/**"], fromVersion: bookmark.version });
  const told = await take(resumed, 2);
  assert.deepEqual(
    told.map((news) => [news.kind, news.version]),
    [
      ["change", version + 3],
      ["change", version + 4],
    ],
  );
  await resumed.return(undefined);
});

test("a watcher that does not take what it is told is told in the end to begin anew, and from where", async () => {
  const { version } = await one.read();
  const watch = one.watch({ fromVersion: version, queueMax: 4 });
  const [begun] = await Promise.all([take(watch, 1), one.patch(merge({ n: 0 }), { ...note, baseVersion: version })]);
  assert.equal(begun[0]?.version, version + 1);
  // Each version is large, so that neither the stream nor the connection has room for all of them.
  const versions = 120;
  for (let n = 1; n <= versions; n++)
    await one.patch(merge({ n, bulk: String(n).padEnd(20_000, ".") }), { ...note, baseVersion: version + n });
  let reached = version + 1;
  let resyncs = 0;
  while (reached < version + 1 + versions) {
    const [news] = await take(watch, 1);
    assert.ok(news !== undefined);
    if (news.kind === "resync") {
      resyncs += 1;
      const whole = news.version - version - 1;
      assert.deepEqual([news.cause, news.fromVersion, news.document["n"]], ["slow", reached, whole]);
    } else assert.deepEqual([news.kind, news.version], ["change", reached + 1]);
    reached = news.version;
  }
  assert.ok(resyncs > 0);
  await watch.return(undefined);
});

test("a watch at a pace tells versions that come together as one, each of them; the metrics tell of watches and budgets", async () => {
  const { version } = await one.read();
  const watch = one.watch({ name: "calls", fromVersion: version, batchMs: 200, severityMin: "warning" });
  const told = take(watch, 1);
  for (let n = 0; n < 3; n++)
    await one.patch(merge({ configuration: { timeouts: { call: n + 1 } }, noise: n }), {
      ...note,
      baseVersion: version + n,
    });
  const [batch] = await told;
  assert.ok(batch?.kind === "batch");
  assert.deepEqual(
    batch.versions.map(({ version: made, changes }) => [made, changes.map(({ pointer }) => pointer)]),
    [
      [version + 1, ["/configuration"]],
      [version + 2, ["/configuration/timeouts/call"]],
      [version + 3, ["/configuration/timeouts/call"]],
    ],
  );
  const { opsUrl } = coordinators[0]!;
  await waitFor("the metrics to tell of the watch", async () =>
    /^entrain_context_watch_named_news_total\{watch="calls"\} [1-9]/m.test(
      await (await fetch(`${opsUrl}/metrics`)).text(),
    ),
  );
  const { watches } = (await (await fetch(`${opsUrl}/watches`)).json()) as { watches: Record<string, unknown>[] };
  const listed = watches.find(({ name }) => name === "calls");
  assert.deepEqual([listed?.["health"], listed?.["told"], listed?.["coalesced"]], ["current", 1, 2]);
  await watch.return(undefined);
});

test("what a watch may not ask for is refused, and so is a caller of another swarm", async () => {
  await assert.rejects(take(one.watch({ pointers: ["no-pointer"] }), 1), { code: "invalid-argument" });
  await assert.rejects(take(one.watch({ queueMax: 10_001 }), 1), { code: "invalid-argument", field: "queue_max" });
  await assert.rejects(clientOf(coordinators[0]!, "another").read(), { code: "invalid-config" });
});

test("a watch outlives its coordinator: it goes on at its successor, and each version is told once", async () => {
  const leaving = await startOne();
  const port = leaving.grpcAddress?.split(":").at(-1) ?? "";
  const { version } = await one.read();
  const watch = clientOf(leaving).watch({ fromVersion: version });
  const change = (n: number) => one.patch(merge({ moved: n }), { ...note, baseVersion: version + n });
  const first = take(watch, 1);
  await change(0);
  const told = await first;
  const rest = take(watch, 3);
  await leaving.stop();
  await change(1);
  await change(2);
  const successor = await startOne({ ENTRAIN_GRPC_PORT: port });
  started.defer(() => successor.stop());
  await change(3);
  assert.deepEqual(
    [...told, ...(await rest)].map((news) => [news.kind, news.version]),
    [1, 2, 3, 4].map((n) => ["change", version + n]),
  );
  await watch.return(undefined);
});

test("a watch at an address where nobody ever answered says so", async () => {
  const gone = await startOne();
  const client = clientOf(gone);
  await gone.stop();
  await assert.rejects(client.watch({ fromVersion: 1 }).next(), { code: "unavailable" });
  await assert.rejects(client.watch().next(), { code: "unavailable" });
});

test("without the store a coordinator is alive and not ready, answers what it knew, and changes nothing", async () => {
  const { opsUrl } = coordinators[0]!;
  const status = async (path: string) => (await fetch(`${opsUrl}${path}`)).status;
  assert.deepEqual([await status("/healthz"), await status("/readyz")], [200, 200]);
  const { version, document } = await one.read();
  await redis.kill();
  await waitFor("it notices", async () => (await status("/readyz")) === 503);
  assert.equal(await status("/healthz"), 200);
  assert.deepEqual(await one.read(), { version, document, stale: true });
  await assert.rejects(one.patch(merge({ a: 1 }), { ...note, baseVersion: version }), { code: "store-unavailable" });
  await assert.rejects(startOne({ ENTRAIN_REQUIRE_STORE: "true" }), { code: "store-unavailable" });
  const early = await startOne();
  started.defer(() => early.stop());
  assert.equal((await fetch(`${early.opsUrl}/readyz`)).status, 503);
  await redis.restart();
  await waitFor("it is ready again", async () => (await status("/readyz")) === 200);
  await waitFor("so is the one that began without", async () => (await fetch(`${early.opsUrl}/readyz`)).status === 200);
  assert.equal((await one.read()).stale, false);
  const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
  assert.match(metrics, /^entrain_context_watch_resyncs_total\{cause="slow"\} [1-9]/m);
});
