/** Holds a BusStore against the pure book of core/bus, command by command. */
import assert from "node:assert/strict";
import type { Random } from "@entrain/kernel";
import {
  busGroup,
  createBusBook,
  effectList,
  publicationOf,
  type BusCommand,
  type BusOutcome,
  type DeadLetter,
  type HeldMessage,
} from "@entrain/core/bus";
import type { BusStore } from "@entrain/ports";
import { waitFor } from "./wait-for.ts";

/** Which message is where, in the store and in the book: entries have ids of their own in each. */
interface Places {
  readonly store: Map<string, Place>;
  readonly book: Map<string, Place>;
}

/** What was handed out, and to whom. */
type Place = HeldMessage & { readonly by: string };

/** Sends random commands to both. @throws AssertionError at the first that turns out differently */
export async function sameAsInBook(bus: BusStore, random: Random): Promise<void> {
  const book = createBusBook();
  const places: Places = { store: new Map(), book: new Map() };
  const seen = new Set<string>();
  const one = <T>(list: readonly T[]): T => list[random.int(list.length)]!;
  const groups = ["all", "some"];
  for (let step = 0; step < 300; step++) {
    // In one millisecond nothing says which of two comes first; the book has an instant for each step.
    const before = Date.now();
    await waitFor("the clock has moved", () => Promise.resolve(Date.now() > before));
    const name = one(groups);
    const letters = await bus.deadLetters(name, 100, null);
    const dead = book.deadLetters(name);
    assert.deepEqual(letters.map(timeless).sort(byText), dead.map(timeless).sort(byText));
    const letter = letters.length === 0 ? undefined : one(letters);
    const twin = dead.find(({ message }) => message.messageId === letter?.message.messageId);
    const [real, model] = anyCommands(random, step, name, places, [letter?.letter ?? "0-1", twin?.letter ?? "0-1"]);
    const [answer, expected] = [await bus.apply(real), book.apply(model, 1 + step)];
    assert.deepEqual(plain(answer), plain(expected), JSON.stringify(real));
    seen.add(`${real.kind} ${answer.kind}`);
    if (real.kind === "take" && answer.kind === "taken" && expected.kind === "taken")
      for (const [at, held] of answer.messages.entries()) {
        places.store.set(`${name} ${held.message.messageId}`, { ...held, by: real.consumer });
        places.book.set(`${name} ${held.message.messageId}`, { ...expected.messages[at]!, by: real.consumer });
      }
  }
  for (const name of groups) {
    const expected = book.record(name);
    const fields = ["a", "b"];
    const texts = fields.map((field) => JSON.parse(expected.get(field) ?? "null") as unknown);
    assert.deepEqual(await bus.record(name, fields), texts);
  }
  const wanted = [
    "publish full",
    "publish repeated",
    "acknowledge unfit",
    "fail dead",
    "replay replayed",
    "renew lost",
  ];
  for (const outcome of wanted) assert.ok(seen.has(outcome), `there was ${outcome}`);
}

/** One command, with the ids of the store and with those of the book. */
function anyCommands(
  random: Random,
  step: number,
  name: string,
  places: Places,
  [letter, twin]: readonly [string, string],
): readonly [BusCommand, BusCommand] {
  const one = <T>(list: readonly T[]): T => list[random.int(list.length)]!;
  const both = (command: BusCommand): readonly [BusCommand, BusCommand] => [command, command];
  const consumer = one(["c1", "c2"]);
  switch (step < 2 ? "open" : one(["publish", "publish", "take", "take", "answer", "answer", "replay", "open"])) {
    case "open": {
      const which = step < 2 ? ["all", "some"][step]! : name;
      const pattern = which === "all" ? "#" : one(step < 2 ? ["a/+"] : ["a/+", "a/+", "b/+"]);
      return both({
        kind: "open",
        group: busGroup({ group: which, pattern, triesMax: 2, lagMax: 8, leaseMs: 600_000 }),
      });
    }
    case "publish": {
      const qos = one([1, 2] as const);
      // Of QoS 2 ids meet each other; of QoS 1 each is one of a kind, so that messages can be told apart.
      const messageId = qos === 2 ? `twice/${random.int(1 + step / 12)}` : `m/${step}`;
      // Each publication has a trace of its own, which makes no other message of it.
      const trace = step % 5 === 0 ? undefined : { traceparent: `00-${step}`, tracestate: `a=${step}` };
      const wish = { messageId, topic: one(["a/x", "a/x", "b/x", "a/x/y"]), qos, payload: one([1, 1, 1, 2]), trace };
      return both({ kind: "publish", message: publicationOf(wish) });
    }
    case "take":
      return both({ kind: "take", group: name, consumer, max: one([1, 3]) });
    case "replay":
      return [
        { kind: "replay", group: name, letter },
        { kind: "replay", group: name, letter: twin },
      ];
    default: {
      const known = [...places.store.keys()].filter((key) => key.startsWith(`${name} `)).slice(-6);
      if (known.length === 0) return both({ kind: "take", group: name, consumer, max: 1 });
      const key = one(known);
      const isOwn = random.int(4) > 0;
      const holding = (of: Places[keyof Places]) => {
        const { entry, token, by } = of.get(key)!;
        return { group: name, consumer: isOwn ? by : consumer, entry, token };
      };
      const what = one([
        { kind: "renew" },
        { kind: "fail", cause: `at ${step}`, again: random.int(4) > 0, delayMs: 0 },
        {
          kind: "acknowledge",
          effects: effectList(one([{ add: { a: 2 } }, { set: { a: "x" } }, { set: { a: 7, b: [step] } }])),
        },
      ] as const);
      return [
        { ...holding(places.store), ...what },
        { ...holding(places.book), ...what },
      ];
    }
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
const timeless = ({ message, cause, attempts }: DeadLetter): string => JSON.stringify([message, cause, attempts]);

/** An outcome without times, and without the names that each gives to its entries. */
function plain(outcome: BusOutcome): unknown {
  if (outcome.kind !== "taken") return outcome;
  const messages = outcome.messages.map(({ message, attempt, token }) => ({ message, attempt, token }));
  return { messages, dead: outcome.dead, more: outcome.nextInMs === null ? null : outcome.nextInMs === 0 };
}
