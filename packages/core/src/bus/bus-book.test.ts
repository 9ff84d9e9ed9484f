import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom } from "@entrain/kernel";
import { fullJitterMs } from "./back-off.ts";
import { createBusBook } from "./bus-book.ts";
import { busGroup, busLimits, effectList, publicationOf, type HeldMessage } from "./message.ts";

const topics = ["a/x", "b/x", "c"] as const;
const patterns = { all: "#", first: "a/+" } as const;
const consumers = ["c1", "c2"] as const;

const action = fc.record({
  what: fc.constantFrom("publish", "publish", "take", "take", "acknowledge", "fail", "renew", "replay"),
  group: fc.constantFrom("all", "first"),
  topic: fc.constantFrom(...topics),
  consumer: fc.constantFrom(...consumers),
  pick: fc.nat(20),
  passMs: fc.constantFrom(0, 1, 40, 120),
  expires: fc.boolean(),
});

test("no message is lost or handed out to two at once, each counts once, and the lag is bounded, whatever happens", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
      const book = createBusBook();
      const lagMax = 5;
      for (const [group, pattern] of Object.entries(patterns))
        book.apply({ kind: "open", group: busGroup({ group, pattern, leaseMs: 100, triesMax: 3, lagMax }) }, 0);
      let nowMs = 1;
      const put = { all: 0, first: 0 };
      const done = { all: new Set<string>(), first: new Set<string>() };
      const held: Record<"all" | "first", HeldMessage[]> = { all: [], first: [] };
      const live = new Map<string, number>();
      for (const { what, group, topic, consumer, pick, passMs, expires } of actions) {
        nowMs += passMs;
        const one = held[group][pick % Math.max(1, held[group].length)];
        const holding = { group, consumer, entry: one?.entry ?? "0", token: one?.token ?? 0 };
        if (what === "publish") {
          const messageId = `m${put.all}`;
          const wish = { messageId, topic, qos: 2, payload: pick, expiresMs: expires ? 50 : null } as const;
          const answer = book.apply({ kind: "publish", message: publicationOf(wish) }, nowMs);
          assert.ok(answer.kind === "published" || answer.kind === "full", answer.kind);
          if (answer.kind === "published") {
            put.all += 1;
            if (topic === "a/x") put.first += 1;
            assert.equal(answer.groups, topic === "a/x" ? 2 : 1);
          }
        } else if (what === "take") {
          const answer = book.apply({ kind: "take", group, consumer, max: 1 + (pick % 3) }, nowMs);
          assert.ok(answer.kind === "taken");
          for (const message of answer.messages) {
            const key = `${group} ${message.entry}`;
            assert.ok((live.get(key) ?? 0) <= nowMs, "nobody else has it");
            assert.ok(message.attempt <= 3);
            live.set(key, nowMs + 100);
            held[group].push(message);
          }
        } else if (what === "replay") {
          const letter = book.deadLetters(group)[0]?.letter ?? "none";
          const before = book.deadLetters(group).length;
          const answer = book.apply({ kind: "replay", group, letter }, nowMs);
          assert.equal(book.deadLetters(group).length, answer.kind === "replayed" ? before - 1 : before);
        } else {
          const answer =
            what === "renew"
              ? book.apply({ kind: "renew", ...holding }, nowMs)
              : what === "fail"
                ? book.apply({ kind: "fail", ...holding, cause: "it threw", again: pick % 2 === 0, delayMs: 10 }, nowMs)
                : book.apply({ kind: "acknowledge", ...holding, effects: effectList({ add: { n: 1 } }) }, nowMs);
          const key = `${group} ${holding.entry}`;
          if (answer.kind === "renewed") live.set(key, nowMs + 100);
          if (answer.kind === "waiting") live.set(key, nowMs + 10);
          if (answer.kind === "acknowledged") {
            assert.ok(!done[group].has(holding.entry), "acknowledged once");
            done[group].add(holding.entry);
          }
        }
      }
      for (const group of ["all", "first"] as const) {
        assert.equal(Number(book.record(group).get("n") ?? 0), done[group].size);
        const dropped = book.apply({ kind: "drop", group }, nowMs);
        assert.ok(dropped.kind === "dropped" && dropped.messages <= lagMax);
      }
    }),
    { numRuns: 300 },
  );
});

test("every message that was published is acknowledged, dead or waiting: none is trimmed in silence", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("good", "poison", "late"), { maxLength: 40 }), (kinds) => {
      const book = createBusBook();
      book.apply({ kind: "open", group: busGroup({ group: "g", pattern: "#", triesMax: 2, leaseMs: 100 }) }, 0);
      for (const [at, kind] of kinds.entries()) {
        const wish = { messageId: `m${at}`, topic: "t", qos: 1, payload: kind } as const;
        const expiresMs = kind === "late" ? 5 : null;
        book.apply({ kind: "publish", message: publicationOf({ ...wish, expiresMs }) }, 0);
      }
      let acknowledged = 0;
      for (let nowMs = 10; nowMs < 2_000; nowMs += 50) {
        const answer = book.apply({ kind: "take", group: "g", consumer: "c", max: 5 }, nowMs);
        assert.ok(answer.kind === "taken");
        for (const { entry, token, message } of answer.messages) {
          const holding = { group: "g", consumer: "c", entry, token };
          if (message.payload === "poison")
            book.apply({ kind: "fail", ...holding, cause: "poison", again: true, delayMs: 0 }, nowMs);
          else if (book.apply({ kind: "acknowledge", ...holding, effects: [] }, nowMs).kind === "acknowledged")
            acknowledged += 1;
        }
      }
      const causes = book.deadLetters("g").map(({ message }) => message.payload);
      assert.equal(acknowledged, kinds.filter((kind) => kind === "good").length);
      assert.deepEqual(causes.sort(), kinds.filter((kind) => kind !== "good").sort());
    }),
    { numRuns: 100 },
  );
});

test("the id of a message of QoS 2 is known for its horizon and no longer", () => {
  const book = createBusBook();
  const message = publicationOf({ messageId: "m", topic: "t", qos: 2, payload: 1 });
  const publish = (nowMs: number) => book.apply({ kind: "publish", message }, nowMs).kind;
  assert.equal(publish(1), "published");
  assert.equal(publish(busLimits.dedupMs), "repeated");
  assert.equal(publish(1 + busLimits.dedupMs), "published");
});

test("a pause is drawn evenly from zero to a bound that doubles and is capped", () => {
  const bounds = { first: 100, most: 1_000 };
  for (const [attempt, bound] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
    const random = createRandom(attempt);
    const draws = Array.from({ length: 2_000 }, () => fullJitterMs(attempt + 1, random, bounds));
    assert.ok(Math.max(...draws) <= bound && Math.max(...draws) > bound * 0.97);
    assert.ok(Math.min(...draws) >= 0 && Math.min(...draws) < bound * 0.03);
    const mean = draws.reduce((sum, each) => sum + each, 0) / draws.length;
    assert.ok(Math.abs(mean - bound / 2) < bound * 0.05);
  }
});

test("messages, groups and effects that break a bound are refused with the name of the field", () => {
  const wish = { messageId: "m", topic: "t", qos: 1, payload: null } as const;
  const refused = (field: string) => ({ code: "invalid-argument", field });
  assert.throws(() => publicationOf({ ...wish, messageId: "/m" }), refused("id"));
  assert.throws(() => publicationOf({ ...wish, topic: "t/#" }), refused("topic"));
  assert.throws(() => publicationOf({ ...wish, payload: "x".repeat(busLimits.bodyMax) }), refused("payload"));
  assert.throws(() => publicationOf({ ...wish, headers: { "a b": "" } }), refused("headers"));
  assert.throws(() => publicationOf({ ...wish, headers: { a: "x".repeat(2_000) } }), refused("headers.a"));
  assert.throws(() => publicationOf({ ...wish, expiresMs: 0 }), refused("expiresMs"));
  assert.throws(() => busGroup({ group: "a b", pattern: "#" }), refused("group"));
  assert.throws(() => busGroup({ group: "g", pattern: "a#" }), refused("pattern"));
  assert.throws(() => busGroup({ group: "g", pattern: "#", leaseMs: 1 }), refused("leaseMs"));
  assert.throws(() => busGroup({ group: "g", pattern: "#", triesMax: 0 }), refused("triesMax"));
  assert.throws(() => busGroup({ group: "g", pattern: "#", lagMax: 1e9 }), refused("lagMax"));
  assert.throws(() => effectList({ add: { n: 0.5 } }), refused("effects.add.n"));
  assert.throws(() => effectList({ set: { n: "x".repeat(20_000) } }), refused("effects.set.n"));
  assert.throws(() => effectList({ add: { "n m": 1 } }), refused("effects"));
});
