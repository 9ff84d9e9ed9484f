/** The shared context over a real Redis: writers at once, followers in every kind of trouble, a policy changed under load. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { EntrainError, type Json } from "@entrain/kernel";
import type { ContextNews, SharedDocument } from "@entrain/core/context";
import { defaultPolicy } from "@entrain/core/decision";
import { compilePolicy, createRulesReasoner } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { createDecisionLoop, initialDocument } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers, type StoreLab } from "@entrain/testkit/store-lab";
import { runContextModel } from "./context-model-run.ts";
import { joinContext, type ContextParty } from "./context-party.ts";

let lab: StoreLab<RedisStore>;
before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(async () => {
  await lab[Symbol.asyncDispose]();
});

type Swarm = ReturnType<typeof lab.swarm>;

interface Party extends ContextParty {
  readonly news: ContextNews[];
}

async function join(swarm: Swarm, initial?: SharedDocument): Promise<Party> {
  const news: ContextNews[] = [];
  return { ...(await joinContext(swarm, (one) => news.push(one), initial)), news };
}

const note = { author: "test", reason: "" };
const merge = (patch: Json) => ({ kind: "merge", patch }) as const;

/** Every version after the first look is there once and in order, or a resync says from where (C1). */
function assertAccounted(news: readonly ContextNews[]): void {
  let reached: number | undefined;
  for (const one of news) {
    if (one.kind === "resync") assert.equal(one.fromVersion, reached ?? 0);
    else assert.equal(one.entry.baseVersion, reached, `version ${one.entry.version}`);
    reached = one.document.version;
  }
}

test("of twenty changes of one base one succeeds and nineteen conflict; with retries there are twenty versions", async () => {
  const swarm = lab.swarm();
  const parties = await Promise.all(Array.from({ length: 5 }, () => join(swarm)));
  const base = await parties[0]!.desk.patch(merge({ n: {} }), note);
  const change = (index: number, baseVersion?: number) =>
    parties[index % 5]!.desk.patch(merge({ n: { [index]: index } }), { ...note, baseVersion });
  const once = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => change(index, base.version)));
  assert.equal(once.filter(({ status }) => status === "fulfilled").length, 1);
  for (const one of once)
    if (one.status === "rejected") {
      const { code, value } = EntrainError.from(one.reason);
      assert.deepEqual([code, value], ["conflict", 2]);
    }
  const again = await Promise.all(Array.from({ length: 20 }, (_, index) => change(100 + index)));
  assert.deepEqual(
    again.map(({ version }) => version).toSorted((a, b) => a - b),
    Array.from({ length: 20 }, (_, index) => 3 + index),
  );
  for (const { follower, news } of parties) {
    await follower.reach(22);
    assertAccounted(news);
    assert.deepEqual(follower.current(), await parties[0]!.store.context.read());
    follower.stop();
  }
});

test("five thousand changes against a model: equal, version by version, and so is every rollback (C3)", async () => {
  const { desk, follower } = await join(lab.swarm());
  const outcome = await runContextModel({ desk, follower, seed: "ci", changes: 5_000 });
  assert.deepEqual(outcome.violations, []);
  assert.ok(outcome.rollbacks > 100, `${outcome.rollbacks} rollbacks`);
  assert.ok(outcome.told > 0);
  follower.stop();
});

test("a rollback to a version that is compacted, or that never was, is refused with what there is", async () => {
  const { desk, follower } = await join(lab.swarm());
  await desk.patch(merge({ policy: { history: { versionsMax: 3 } } }), note);
  for (let index = 2; index <= 8; index++) await desk.patch(merge({ n: index }), note);
  await assert.rejects(desk.rollback(4, note), { code: "compacted", value: 6 });
  await assert.rejects(desk.rollback(9, note), { code: "not-found" });
  assert.deepEqual(await desk.rollback(6, note), { version: 9 });
  assert.equal((await desk.read()).document["n"], 6);
  follower.stop();
});

test("a repeated request is one change, also where its answer was lost and its base is stale by then", async () => {
  const { desk, follower } = await join(lab.swarm());
  const request = { ...note, baseVersion: 0, requestId: "r-1" };
  assert.deepEqual(await desk.patch(merge({ n: 1 }), request), { version: 1 });
  await desk.patch(merge({ n: 2 }), note);
  assert.deepEqual(await desk.patch(merge({ n: 1 }), request), { version: 1 });
  await assert.rejects(desk.patch(merge({ n: 3 }), request), { code: "already-exists" });
  assert.equal((await desk.read()).version, 2);
  follower.stop();
});

test("through a pause and a restart of Redis, and changes beyond the log, every version is accounted for (C1)", async () => {
  await using own = await openStoreLab(createRedisStore, { config: { appendonly: "yes" } });
  const swarm = own.swarm();
  const [writer, reader] = [await join(swarm), await join(swarm)];
  const write = async (count: number) => {
    for (let index = 0; index < count; index++)
      await waitFor("a change", () =>
        writer.desk.patch(merge({ n: Math.random() }), note).catch((thrown: unknown) => {
          assert.equal(EntrainError.from(thrown).retryable, true);
          return false as const;
        }),
      );
  };
  const caughtUp = async () => {
    const { version } = await writer.store.context.read();
    await waitFor("the reader", () => (reader.follower.current()?.version ?? 0) >= version);
    assert.deepEqual(reader.follower.current(), await writer.store.context.read());
    assertAccounted(reader.news);
  };
  await write(20);
  await caughtUp();
  assert.equal(reader.news.filter(({ kind }) => kind === "change").length, 20);
  await own.redis.pause();
  await own.redis.resume();
  await write(5);
  await caughtUp();
  await own.redis.kill();
  await own.redis.restart();
  await write(5);
  await caughtUp();
  assert.ok(reader.news.some(({ kind, document }) => kind === "resync" && document.version >= 1e9));
  writer.follower.stop();
  reader.follower.stop();
});

test("a policy changed under load is taken into use within milliseconds, and no decision mixes two versions", async () => {
  const swarm = lab.swarm();
  const { desk, store, follower } = await join(swarm, initialDocument());
  const loop = createDecisionLoop({
    clock: realClock,
    timers: realTimers,
    ledger: store.ledger,
    health: store.health,
    globalState: store.globalState,
    registry: store.registry,
    context: follower,
    reasoner: createRulesReasoner(),
    compile: compilePolicy,
    events: () => undefined,
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    newId: () => `d-${randomUUID()}`,
  });
  await loop.start();
  const decide = (incidentId: string) =>
    loop.decide({ agentId: "a", incarnation: 1, reading: { temperature: 85 }, incidentId });
  const actions = ["throttle", "shed_load", "reduce_power"];
  const stopping = new AbortController();
  const decisions: { action: string; contextVersion: number }[] = [];
  const load = (async () => {
    for (let index = 0; !stopping.signal.aborted; index++) decisions.push((await decide(`i-${index}`)).decision);
  })();
  const actionOf = new Map<number, string>([[1, "cool_down"]]);
  for (let index = 0; index < 12; index++) {
    const action = actions[index % 3]!;
    const rules = defaultPolicy.rules.map((rule) => (rule.id === "overheating-critical" ? { ...rule, action } : rule));
    const { version } = await desk.patch(merge({ policy: { decision: { rules } } } as never), note);
    actionOf.set(version, action);
    const changedMs = realClock.monoMs();
    const first = await waitFor("a decision on it", () => decisions.find((one) => one.contextVersion === version));
    assert.equal(first.action, action);
    assert.ok(realClock.monoMs() - changedMs < 1_000);
  }
  stopping.abort();
  await load;
  for (const { action, contextVersion } of decisions) assert.equal(action, actionOf.get(contextVersion));
  await loop.stop();
  follower.stop();
});
