/** What every BusStore does (P1), beside the pure book of core/bus. */
import assert from "node:assert/strict";
import { createRandom } from "@entrain/kernel";
import {
  busGroup,
  busLimits,
  effectList,
  expiredCause,
  publicationOf,
  vanishedCause,
  type BusCommand,
  type BusGroup,
  type Effects,
  type HeldMessage,
} from "@entrain/core/bus";
import type { BusStore } from "@entrain/ports";
import { sameAsInBook } from "./bus-by-book.ts";
import { caseNamed, registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const group = "workers";

const open = (bus: BusStore, spec: Partial<BusGroup> = {}) =>
  bus.apply({ kind: "open", group: busGroup({ group, pattern: "orders/#", ...spec }) });

type Wish = Partial<Parameters<typeof publicationOf>[0]>;
const publish = (bus: BusStore, messageId: string, wish: Wish = {}) => {
  const usual = { topic: "orders/new", qos: 1, payload: null } as const;
  return bus.apply({ kind: "publish", message: publicationOf({ ...usual, messageId, ...wish }) });
};

async function take(bus: BusStore, consumer: string, max = 10) {
  const answer = await bus.apply({ kind: "take", group, consumer, max });
  assert.ok(answer.kind === "taken", answer.kind);
  return answer;
}

async function takeOne(bus: BusStore, consumer: string): Promise<HeldMessage> {
  const { messages } = await take(bus, consumer, 1);
  assert.equal(messages.length, 1);
  return messages[0]!;
}

/** Waits until there is one: a lease or a pause is over. */
async function takeLater(bus: BusStore, consumer: string): Promise<HeldMessage> {
  return waitFor("a message is handed out", async () => {
    const { messages } = await take(bus, consumer, 1);
    return messages[0] ?? false;
  });
}

const heldBy = (consumer: string, { entry, token }: HeldMessage) => ({ group, consumer, entry, token });

const acknowledge = (bus: BusStore, consumer: string, held: HeldMessage, effects: Effects = {}) =>
  bus.apply({ kind: "acknowledge", ...heldBy(consumer, held), effects: effectList(effects) });

const fail = (bus: BusStore, consumer: string, held: HeldMessage, delayMs = 0, again = true) =>
  bus.apply({ kind: "fail", ...heldBy(consumer, held), cause: "it threw", again, delayMs });

/** The cases; each gets a swarm of its own. */
export const busCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a message goes to one consumer of each group whose pattern matches, and leaves with its acknowledgement",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).bus, (await swarm.client()).bus];
      await open(one);
      await open(one, { group: "audit", pattern: "+/new" });
      await open(one, { group: "elsewhere", pattern: "orders/+/paid" });
      const trace = { traceparent: "00-1", tracestate: "vendor=ü" };
      const message = { payload: { of: "ü" }, headers: { traceparent: "00-2" }, expiresMs: 60_000, trace };
      assert.deepEqual(await publish(one, "m", message), { kind: "published", groups: 2 });
      const held = await takeOne(other, "b");
      assert.deepEqual(held.message, { messageId: "m", topic: "orders/new", qos: 1, ...message });
      assert.deepEqual([held.attempt, held.leaseMs], [1, busLimits.leaseMs.usual]);
      assert.deepEqual((await take(one, "a")).messages, []);
      assert.deepEqual(await acknowledge(one, "b", held), { kind: "acknowledged" });
      assert.deepEqual(await acknowledge(one, "b", held), { kind: "lost" });
      const { groups } = await one.figures();
      assert.deepEqual(
        groups.map((figures) => [figures.group, figures.lag]),
        [
          ["audit", 1],
          ["elsewhere", 0],
          [group, 0],
        ],
      );
      assert.deepEqual(await publish(one, "m", { topic: "payments/due" }), { kind: "published", groups: 0 });
    },
  },
  {
    name: "a group keeps its pattern, takes other bounds, and is removed with what it holds",
    async run(swarm) {
      const { bus } = await swarm.client();
      assert.deepEqual(await open(bus), { kind: "opened" });
      assert.deepEqual(await open(bus, { pattern: "#" }), { kind: "differs", pattern: "orders/#" });
      assert.deepEqual(await open(bus, { lagMax: 1 }), { kind: "opened" });
      await publish(bus, "m");
      assert.deepEqual(await publish(bus, "n"), { kind: "full", group });
      assert.deepEqual(await bus.apply({ kind: "drop", group }), { kind: "dropped", messages: 1 });
      assert.deepEqual(await bus.apply({ kind: "drop", group }), { kind: "unknown-group" });
      assert.deepEqual(await bus.apply({ kind: "take", group, consumer: "a", max: 1 }), { kind: "unknown-group" });
      assert.deepEqual(await publish(bus, "n"), { kind: "published", groups: 0 });
    },
  },
  {
    name: "of QoS 2 a message is published once under its id, and another under the same id is refused",
    async run(swarm) {
      const { bus } = await swarm.client();
      await open(bus);
      const answers = await Promise.all(Array.from({ length: 20 }, () => publish(bus, "m", { qos: 2 })));
      assert.deepEqual(answers.map(({ kind }) => kind).sort(), ["published", ...Array<string>(19).fill("repeated")]);
      assert.deepEqual(await publish(bus, "m", { qos: 2, payload: 1 }), { kind: "reused" });
      assert.equal((await take(bus, "a")).messages.length, 1);
      await publish(bus, "n");
      await publish(bus, "n");
      assert.equal((await take(bus, "a")).messages.length, 2, "of QoS 1 each publication is a message");
    },
  },
  {
    name: "only who has the latest token acknowledges, and the effects are made once (P1)",
    async run(swarm) {
      const { bus } = await swarm.client();
      await open(bus, { leaseMs: 100 });
      await publish(bus, "m", { qos: 2 });
      const effects = { add: { count: 1 }, set: { last: { by: "b" } } };
      const stale = await takeOne(bus, "a");
      const held = await takeLater(bus, "b");
      assert.equal(held.attempt, 2);
      assert.ok(held.token > stale.token);
      assert.deepEqual(await acknowledge(bus, "a", stale, effects), { kind: "lost" });
      assert.deepEqual(await acknowledge(bus, "a", { ...stale, token: held.token }, effects), { kind: "lost" });
      assert.deepEqual(await fail(bus, "a", stale), { kind: "lost" });
      assert.deepEqual(await bus.apply({ kind: "renew", ...heldBy("a", stale) }), { kind: "lost" });
      assert.deepEqual(await bus.record(group, ["count", "last"]), [null, null]);
      assert.deepEqual(await acknowledge(bus, "b", held, effects), { kind: "acknowledged" });
      assert.deepEqual(await acknowledge(bus, "b", held, effects), { kind: "lost" });
      assert.deepEqual(await bus.record(group, ["count", "last"]), [1, { by: "b" }]);
    },
  },
  {
    name: "effects that do not fit change nothing, and the message stays",
    async run(swarm) {
      const { bus } = await swarm.client();
      await open(bus);
      await publish(bus, "m");
      await publish(bus, "n");
      const [first, second] = (await take(bus, "a")).messages;
      await acknowledge(bus, "a", first!, { set: { name: "text" }, add: { count: -3 } });
      const unfit = await acknowledge(bus, "a", second!, { add: { count: 1, name: 1 } });
      assert.deepEqual(unfit, { kind: "unfit", field: "name" });
      assert.deepEqual(await bus.record(group, ["count", "name"]), [-3, "text"]);
      assert.deepEqual(await acknowledge(bus, "a", second!, { add: { count: 1 } }), { kind: "acknowledged" });
    },
  },
  {
    name: "a renewal prolongs the lease; who let it end has lost the message, and is counted as vanished",
    async run(swarm) {
      const { bus } = await swarm.client();
      await open(bus, { leaseMs: 60_000 });
      await publish(bus, "m");
      const held = await takeOne(bus, "a");
      const left = async (): Promise<number> => (await take(bus, "b")).nextInMs ?? 0;
      const before = await waitFor("some of the lease is over", async () => {
        const ms = await left();
        return ms < 59_950 && ms;
      });
      assert.deepEqual(await bus.apply({ kind: "renew", ...heldBy("a", held) }), { kind: "renewed" });
      assert.ok((await left()) > before);
      await open(bus, { leaseMs: 100 });
      await bus.apply({ kind: "renew", ...heldBy("a", held) });
      const again = await takeLater(bus, "b");
      assert.equal(again.attempt, 2);
      assert.deepEqual(await acknowledge(bus, "a", held), { kind: "lost" });
      assert.equal((await bus.figures()).counts["vanished"], 1);
    },
  },
  {
    name: "a message that fails waits out its pause, is a dead letter after its attempts, and may be replayed as new",
    async run(swarm) {
      const { bus } = await swarm.client();
      await open(bus, { triesMax: 2 });
      await publish(bus, "poison", { expiresMs: 60_000 });
      await publish(bus, "good");
      const [poison, good] = (await take(bus, "a")).messages;
      assert.deepEqual(await fail(bus, "a", poison!, 200), { kind: "waiting" });
      assert.deepEqual(await acknowledge(bus, "a", good!), { kind: "acknowledged" });
      const early = await take(bus, "a");
      assert.deepEqual(early.messages, []);
      assert.ok(early.nextInMs !== null && early.nextInMs <= 200);
      const again = await takeLater(bus, "a");
      assert.equal(again.attempt, 2);
      assert.deepEqual(await fail(bus, "a", again), { kind: "dead" });
      const [letter] = await bus.deadLetters(group, 10, null);
      assert.deepEqual([letter?.message.messageId, letter?.cause, letter?.attempts], ["poison", "it threw", 2]);
      assert.deepEqual(await bus.deadLetters(group, 10, letter!.letter), []);
      const replay: BusCommand = { kind: "replay", group, letter: letter!.letter };
      assert.deepEqual(await bus.apply(replay), { kind: "replayed" });
      assert.deepEqual(await bus.apply(replay), { kind: "unknown-letter" });
      assert.deepEqual(await bus.deadLetters(group, 10, null), []);
      assert.equal((await takeOne(bus, "a")).attempt, 1);
    },
  },
  {
    name: "a message whose consumers vanish, and one that expires, are dead letters that say so",
    async run(swarm) {
      const { bus } = await swarm.client();
      await open(bus, { triesMax: 1, leaseMs: 100 });
      await publish(bus, "vanishes");
      await takeOne(bus, "a");
      await publish(bus, "expires", { expiresMs: 1 });
      const publishedMs = Date.now();
      await waitFor("it has expired", () => Promise.resolve(Date.now() > publishedMs + 1));
      const causes = new Map<string, string>();
      await waitFor("both are dead", async () => {
        const { messages, dead } = await take(bus, "b");
        assert.deepEqual(messages, []);
        for (const { messageId, cause } of dead) causes.set(messageId, cause);
        return causes.size === 2;
      });
      assert.deepEqual(Object.fromEntries(causes), { vanishes: vanishedCause, expires: expiredCause });
      const letters = await bus.deadLetters(group, 10, null);
      assert.deepEqual(new Map(letters.map(({ message, cause }) => [message.messageId, cause])), causes);
    },
  },
  {
    name: "where one group lags too far nothing is published to any, until it has room",
    async run(swarm) {
      const { bus } = await swarm.client();
      await open(bus, { lagMax: 2 });
      await open(bus, { group: "audit", pattern: "#" });
      await publish(bus, "1");
      const held = await takeOne(bus, "a");
      await publish(bus, "2");
      assert.deepEqual(await publish(bus, "3", { qos: 2 }), { kind: "full", group });
      assert.equal((await bus.figures()).groups[0]?.lag, 2);
      await acknowledge(bus, "a", held);
      assert.deepEqual(await publish(bus, "3", { qos: 2 }), { kind: "published", groups: 2 });
      assert.equal((await bus.figures()).counts["refused"], 1);
    },
  },
  {
    name: "who watches is told which groups have got something",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).bus, (await swarm.client()).bus];
      await open(one);
      const told = new Set<string>();
      const unwatch = other.watch((groups) => {
        for (const each of groups) told.add(each);
      });
      let count = 0;
      await waitFor("a hint", async () => {
        await publish(one, `m${count++}`);
        return told.has(group);
      });
      unwatch();
    },
  },
  {
    name: "three hundred commands turn out as in the book, and leave the same dead letters and records",
    async run(swarm) {
      const { bus } = await swarm.client();
      await sameAsInBook(bus, createRandom("bus"));
    },
  },
];

/** The case that a command without its fence fails. */
export const onlyTheLatestTokenAcknowledges = caseNamed(
  busCases,
  "only who has the latest token acknowledges, and the effects are made once (P1)",
);

/** The case that a publication without its deduplication fails. */
export const publishedOnce = caseNamed(
  busCases,
  "of QoS 2 a message is published once under its id, and another under the same id is refused",
);

/** Registers the cases for an implementation. */
export function testBusStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("BusStore", busCases, open);
}
