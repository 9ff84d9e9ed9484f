/**
 * The book of the bus: every command, step by step. The store carries the same out in Lua over streams with consumer groups,
 * and is held against this.
 *
 * A message is put once into the queue of each group whose pattern matches its topic, or, where one of these lags too far,
 * into none. In a queue it waits, is held for a lease, and leaves it acknowledged or as a dead letter (P1). What is due for
 * another attempt is handed out before what is new.
 */
import { canonicalJson } from "@entrain/kernel";
import type { BusCommand, BusOutcome, Death, Holding } from "./command.ts";
import { busLimits, type BusGroup, type DeadLetter, type HeldMessage, type Publication } from "./message.ts";
import { matchesTopic } from "./topic.ts";

interface Entry {
  readonly id: string;
  readonly message: Publication;
  readonly publishedAtMs: number;
  /** Unix ms; Infinity: never too late. */
  readonly expiresAtMs: number;
  attempts: number;
  /** Null while nobody has it. */
  consumer: string | null;
  /** New: 0. Held: when the lease ends. Else: when it may be handed out again. */
  dueMs: number;
  cause: string;
}

interface Queue {
  spec: BusGroup;
  readonly entries: Map<string, Entry>;
  readonly dead: Map<string, DeadLetter>;
  readonly record: Map<string, string>;
}

/** Messages that wait for another attempt which one command looks at, and dead ones that it makes of new ones. */
const lookedAtMax = 100;

export const vanishedCause = "its consumer vanished";
export const expiredCause = "it expired before it was handled";

/** The book; it changes by `apply` alone. */
export interface BusBook {
  /** @param nowMs the store's clock; never goes back */
  apply(command: BusCommand, nowMs: number): BusOutcome;
  /** Oldest first. */
  deadLetters(group: string): readonly DeadLetter[];
  /** Field → text. */
  record(group: string): ReadonlyMap<string, string>;
}

/** An empty book. */
export function createBusBook(): BusBook {
  return new Book();
}

class Book implements BusBook {
  readonly #queues = new Map<string, Queue>();
  readonly #seen = new Map<string, { readonly text: string; readonly untilMs: number }>();
  #ids = 0;

  apply(command: BusCommand, nowMs: number): BusOutcome {
    switch (command.kind) {
      case "open":
        return this.#open(command.group);
      case "publish":
        return this.#publish(command.message, nowMs);
      case "take":
        return this.#take(command, nowMs);
      case "replay":
        return this.#replay(command.group, command.letter, nowMs);
      case "drop": {
        const messages = this.#queues.get(command.group)?.entries.size;
        this.#queues.delete(command.group);
        return messages === undefined ? { kind: "unknown-group" } : { kind: "dropped", messages };
      }
      default:
        return this.#byHolder(command, nowMs);
    }
  }

  deadLetters(group: string): readonly DeadLetter[] {
    return [...(this.#queues.get(group)?.dead.values() ?? [])];
  }

  record(group: string): ReadonlyMap<string, string> {
    return this.#queues.get(group)?.record ?? new Map<string, string>();
  }

  #open(spec: BusGroup): BusOutcome {
    const known = this.#queues.get(spec.group);
    if (known !== undefined && known.spec.pattern !== spec.pattern)
      return { kind: "differs", pattern: known.spec.pattern };
    if (known !== undefined) known.spec = spec;
    else if (this.#queues.size >= busLimits.groupsMax) return { kind: "too-many-groups" };
    else this.#queues.set(spec.group, { spec, entries: new Map(), dead: new Map(), record: new Map() });
    return { kind: "opened" };
  }

  #publish(message: Publication, nowMs: number): BusOutcome {
    for (const [id, { untilMs }] of this.#seen) if (untilMs <= nowMs) this.#seen.delete(id);
    if (message.qos === 2) {
      const text = identity(message);
      const known = this.#seen.get(message.messageId);
      if (known !== undefined) return { kind: known.text === text ? "repeated" : "reused" };
      if (this.#seen.size >= busLimits.dedupMax) return { kind: "full", group: null };
    }
    const reached = [...this.#queues.values()].filter(({ spec }) => matchesTopic(spec.pattern, message.topic));
    const full = reached
      .filter(({ spec, entries }) => entries.size >= spec.lagMax)
      .map(({ spec }) => spec.group)
      .sort()[0];
    if (full !== undefined) return { kind: "full", group: full };
    if (message.qos === 2)
      this.#seen.set(message.messageId, { text: identity(message), untilMs: nowMs + busLimits.dedupMs });
    const expiresAtMs = message.expiresMs === null ? Infinity : nowMs + message.expiresMs;
    for (const queue of reached) this.#enqueue(queue, { message, publishedAtMs: nowMs, expiresAtMs });
    return { kind: "published", groups: reached.length };
  }

  #enqueue(queue: Queue, what: Pick<Entry, "message" | "publishedAtMs" | "expiresAtMs">): void {
    const id = `${++this.#ids}`;
    queue.entries.set(id, { ...what, id, attempts: 0, consumer: null, dueMs: 0, cause: "" });
  }

  #take({ group, consumer, max }: Extract<BusCommand, { readonly kind: "take" }>, nowMs: number): BusOutcome {
    const queue = this.#queues.get(group);
    if (queue === undefined) return { kind: "unknown-group" };
    const { entries, spec } = queue;
    const messages: HeldMessage[] = [];
    const dead: Death[] = [];
    const due = [...entries.values()]
      .filter(({ attempts, dueMs }) => attempts > 0 && dueMs <= nowMs)
      .sort((a, b) => a.dueMs - b.dueMs || Number(a.id) - Number(b.id))
      .slice(0, lookedAtMax);
    const fresh = [...entries.values()].filter(({ attempts }) => attempts === 0);
    for (const entry of [...due, ...fresh]) {
      if (messages.length >= max || (entry.attempts === 0 && dead.length >= lookedAtMax)) break;
      if (entry.consumer !== null) entry.cause = vanishedCause;
      if (entry.expiresAtMs <= nowMs) entry.cause = expiredCause;
      if (entry.expiresAtMs <= nowMs || entry.attempts >= spec.triesMax) {
        dead.push(bury(queue, entry, nowMs));
        continue;
      }
      entry.attempts += 1;
      entry.consumer = consumer;
      entry.dueMs = nowMs + spec.leaseMs;
      messages.push(heldOf(entry, spec.leaseMs));
    }
    const waiting = [...entries.values()].map(({ attempts, dueMs }) => (attempts === 0 ? 0 : dueMs - nowMs));
    const nextInMs = waiting.length === 0 ? null : Math.max(0, Math.min(...waiting));
    return { kind: "taken", messages, dead, nextInMs };
  }

  #byHolder(command: Extract<BusCommand, Holding>, nowMs: number): BusOutcome {
    const queue = this.#queues.get(command.group);
    const entry = queue?.entries.get(command.entry);
    if (queue === undefined || entry?.consumer !== command.consumer || entry.attempts !== command.token)
      return { kind: "lost" };
    switch (command.kind) {
      case "renew":
        entry.dueMs = nowMs + queue.spec.leaseMs;
        return { kind: "renewed" };
      case "acknowledge": {
        const unfit = unfitField(queue.record, command.effects);
        if (unfit !== undefined) return { kind: "unfit", field: unfit };
        for (const { kind, field, text } of command.effects)
          queue.record.set(field, kind === "set" ? text : String(Number(queue.record.get(field) ?? 0) + Number(text)));
        queue.entries.delete(entry.id);
        return { kind: "acknowledged" };
      }
      case "fail": {
        entry.cause = command.cause;
        if (!command.again || entry.attempts >= queue.spec.triesMax) {
          bury(queue, entry, nowMs);
          return { kind: "dead" };
        }
        entry.consumer = null;
        entry.dueMs = nowMs + command.delayMs;
        return { kind: "waiting" };
      }
    }
  }

  #replay(group: string, letter: string, nowMs: number): BusOutcome {
    const queue = this.#queues.get(group);
    const dead = queue?.dead.get(letter);
    if (queue === undefined || dead === undefined) return { kind: "unknown-letter" };
    if (queue.entries.size >= queue.spec.lagMax) return { kind: "full", group };
    queue.dead.delete(letter);
    // Whoever replays it wants it handled however late it is.
    this.#enqueue(queue, { message: dead.message, publishedAtMs: nowMs, expiresAtMs: Infinity });
    return { kind: "replayed" };
  }
}

function heldOf(entry: Entry, leaseMs: number): HeldMessage {
  const { id, attempts, message, publishedAtMs } = entry;
  return { entry: id, token: attempts, attempt: attempts, leaseMs, message, publishedAtMs };
}

function bury(queue: Queue, entry: Entry, nowMs: number): Death {
  const { id, message, attempts, cause, publishedAtMs } = entry;
  queue.entries.delete(id);
  queue.dead.set(id, { letter: id, message, cause, attempts, publishedAtMs, diedAtMs: nowMs });
  if (queue.dead.size > busLimits.deadMax) queue.dead.delete([...queue.dead.keys()][0] ?? "");
  const { messageId, topic, trace } = message;
  return { messageId, topic, attempts, cause, ...(trace === undefined ? {} : { trace }) };
}

/** What a message of QoS 2 is told by: who publishes it again after a crash does so in another trace. */
const identity = (message: Publication): string => canonicalJson({ ...message, trace: undefined });

/** The first field that the effects do not fit, as the record would be when it is its turn. */
function unfitField(
  record: ReadonlyMap<string, string>,
  effects: Extract<BusCommand, { readonly kind: "acknowledge" }>["effects"],
): string | undefined {
  const next = new Map(record);
  for (const { kind, field, text } of effects) {
    const sum = Number(next.get(field) ?? 0) + Number(text);
    if (kind === "add" && !Number.isSafeInteger(sum)) return field;
    next.set(field, kind === "set" ? text : String(sum));
    if (next.size > busLimits.effectFieldsMax) return field;
  }
  return undefined;
}
