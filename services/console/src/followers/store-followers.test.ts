import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { MembershipDelta } from "@entrain/core/membership";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { Decision } from "@entrain/core/decision";
import type { VotersRecord } from "@entrain/core/vote";
import type { LedgerEntry, RuntimeEvent, StoreStatus } from "@entrain/ports";
import { createSwarmModel, type SwarmInput } from "../swarm-model/swarm-model.ts";
import { createManualTime } from "../testing/manual-timers.ts";
import { decisionOf, goalOf, leaderOf, memberOf, viewOf } from "../testing/facts.ts";
import { followStore, type ConsoleStore } from "./store-followers.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A store whose answers and hints a test sets by hand. */
function storeOf() {
  const says = {
    view: viewOf(1, memberOf("a")),
    deltas: "resync" as readonly MembershipDelta[] | "resync",
    leader: leaderOf("a", 1),
    entries: [] as readonly LedgerEntry[],
    contextVersion: 0,
    voters: { version: 0, voters: [] } as VotersRecord,
    status: { up: true, generation: 1 } as StoreStatus,
    away: false,
  };
  const calls: string[] = [];
  const hints = new Map<string, (value: never) => void>();
  const answer = <T>(what: string, value: () => T): Promise<T> => {
    calls.push(what);
    if (says.away) return Promise.reject(new EntrainError("store-unavailable", "away"));
    return Promise.resolve(value());
  };
  const watch = (what: string) => (onHint: (value: never) => void) => {
    const before = hints.get(what);
    hints.set(what, (value) => {
      before?.(value);
      onHint(value);
    });
    return () => void hints.delete(what);
  };
  const store = {
    registry: {
      snapshot: () => answer("snapshot", () => says.view),
      changesSince: (version: number) => answer(`changes since ${version}`, () => says.deltas),
      watch: watch("members"),
    },
    election: { read: () => answer("leader", () => says.leader), watch: watch("leader") },
    goals: { watch: watch("goal") },
    ledger: {
      stats: () => answer("stats", () => ({ count: says.entries.length, divergence: 0, safeAlone: 0 })),
      list: (limit: number) =>
        answer(`list ${limit}`, () => {
          const entries = says.entries.slice(0, limit);
          return entries.length < says.entries.length ? { entries, next: String(limit) } : { entries };
        }),
      watch: watch("decision"),
    },
    directives: {
      figures: () => answer("directive figures", () => ({ open: 0, met: 0, missed: 0, escalated: 0 })),
      read: () => answer("directives", () => []),
      watch: watch("directive"),
    },
    context: {
      read: () => answer("document", () => ({ version: says.contextVersion, document: {} })),
      changesSince: () => answer("versions", () => ({ present: says.contextVersion, oldest: 0, entries: [] })),
      watch: watch("context"),
    },
    // See budget-reader.test.ts.
    sessions: {
      list: () => Promise.resolve({ sessions: [], next: undefined }),
      watch: watch("sessions"),
    },
    votes: { voters: () => answer("voters", () => says.voters) },
    budgets: {
      reclaim: () => Promise.resolve(0),
      list: () => Promise.resolve({ budgets: [], next: undefined }),
      watch: watch("budgets"),
    },
    health: { status: () => says.status, watch: watch("store") },
  } as unknown as ConsoleStore;
  const hint = (what: string, value: unknown): void => hints.get(what)?.(value as never);
  return { says, calls, hints, hint, store };
}

function following() {
  const { store, ...rest } = storeOf();
  const time = createManualTime();
  const model = createSwarmModel("orders");
  const events: string[] = [];
  const failures: string[] = [];
  const feed = (input: SwarmInput): void => {
    const now = { monoNs: time.clock.monoNs(), unixMs: time.clock.unixMs() };
    events.push(...model.apply(input, now).map(({ type }) => type));
  };
  const { clock, timers } = time;
  const onFailure = (what: string): void => void failures.push(what);
  const counted: RuntimeEvent[] = [];
  const around = { clock, timers, random: createRandom(1), onFailure, votersMin: 2 };
  const stop = followStore({ store, model, feed, events: (event) => counted.push(event), ...around });
  return { ...rest, time, model, events, counted, failures, stop };
}

test("everything is read at once, and then polled", async () => {
  const { calls, model, time } = following();
  await settled();
  assert.equal(model.swarm().agents, 1);
  assert.deepEqual(model.leader().agentId, "a");
  assert.equal(model.context()?.version, 0);
  calls.length = 0;
  for (let tenth = 0; tenth < 30; tenth++) {
    time.pass(100);
    await settled();
  }
  for (const what of ["snapshot", "changes since 1", "leader", "stats", "list 100", "versions"])
    assert.ok(calls.includes(what), `${what} in ${calls.join()}`);
  assert.ok(!calls.includes("document"), "an unchanged context is not read");
});

test("voters are counted again and again, by whether they live, with what is a quorum of them", async () => {
  const { says, counted, time } = following();
  await settled();
  const latest = (): RuntimeEvent | undefined => counted.findLast(({ kind }) => kind === "voters.counted");
  assert.deepEqual(latest(), { kind: "voters.counted", alive: 0, dead: 0, quorum: 2 });
  const voter = (agentId: string, dead: boolean) => ({ agentId, sinceMs: 1, dead });
  const names = ["a", "b", "c", "d", "e"];
  says.voters = { version: 5, voters: names.map((name, index) => voter(name, index < 3)) };
  for (let tenth = 0; tenth < 30; tenth++) {
    time.pass(100);
    await settled();
  }
  assert.deepEqual(latest(), { kind: "voters.counted", alive: 2, dead: 3, quorum: 3 });
});

test("a hint of another version reads the deltas; where they have a gap, the whole", async () => {
  const { says, hint, calls, events, model, time } = following();
  await settled();
  says.deltas = [{ version: 2, member: memberOf("b") }];
  hint("members", 2);
  time.pass(10);
  await settled();
  assert.deepEqual([events, model.membershipVersion()], [["agent.joined"], 2]);
  calls.length = 0;
  hint("members", 2);
  time.pass(10);
  await settled();
  assert.ok(!calls.includes("changes since 2"), "that version was reached already");
  says.deltas = [{ version: 5, member: memberOf("c") }];
  says.view = viewOf(5, memberOf("a"), memberOf("c"));
  hint("members", 5);
  time.pass(10);
  await settled();
  assert.deepEqual([model.membershipVersion(), model.member("c")?.state], [5, "alive"]);
});

test("a store that comes back is read anew at once; another generation whole (S1)", async () => {
  const { says, hint, calls, time, failures } = following();
  await settled();
  says.away = true;
  hint("store", { up: false, generation: 1 });
  for (let second = 0; second < 20; second++) {
    time.pass(1_000);
    await settled();
  }
  assert.ok(failures.length > 4);
  says.away = false;
  calls.length = 0;
  hint("store", { up: true, generation: 2 });
  time.pass(10);
  await settled();
  assert.deepEqual(calls.toSorted(), [
    "directive figures",
    "leader",
    "list 1000",
    "snapshot",
    "stats",
    "versions",
    "voters",
  ]);
});

test("a pushed decision is told at once, a missed one by the next poll, many missed ones by one long list", async () => {
  const { says, hint, calls, events, time } = following();
  await settled();
  const decisions = Array.from({ length: 150 }, (_, index): Decision => decisionOf(`d${index}`));
  const entriesUpTo = (count: number) => decisions.slice(0, count).map((decision) => ({ decision, acts: [] }));
  hint("decision", decisions[0]);
  assert.deepEqual(events, ["decision.committed"]);
  says.entries = entriesUpTo(2);
  time.pass(1_200);
  await settled();
  assert.equal(events.length, 2);
  says.entries = entriesUpTo(150).reverse();
  calls.length = 0;
  time.pass(1_200);
  await settled();
  await settled();
  assert.deepEqual(
    calls.filter((call) => call.startsWith("list")),
    ["list 100", "list 1000"],
  );
  assert.equal(events.length, 150);
});

test("goals are pushed, a changed context is read, and stopping ends all of it", async () => {
  const { says, hint, hints, model, time, stop, calls } = following();
  await settled();
  hint("goal", goalOf() satisfies GoalRecord);
  assert.equal(model.rhythm().goal?.goalVersion, 1);
  says.contextVersion = 4;
  time.pass(1_200);
  await settled();
  assert.equal(model.context()?.version, 4);
  stop();
  calls.length = 0;
  time.pass(60_000);
  await settled();
  assert.deepEqual([calls, hints.size, time.pending()], [[], 0, 0]);
});
