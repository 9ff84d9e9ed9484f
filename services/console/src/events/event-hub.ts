/**
 * Hands events to subscribers. A subscriber is a position in the journal: it is written to while its connection takes
 * more, and goes on from its position once the connection has drained. So nothing is buffered per subscriber beyond
 * what its socket holds, and one that falls behind the journal is told to resync and dropped.
 */
import { EntrainError } from "@entrain/kernel";
import type { Timers, Unsubscribe } from "@entrain/ports";
import type { SwarmEvent, SwarmEventType } from "../contract/swarm-event.ts";
import type { EventJournal } from "./event-journal.ts";

/** Events written at once. */
const batchMax = 100;
/** Pause between two comments on a quiet stream, ms; the contract says 5 s at most. */
const commentEveryMs = 4_000;

/** Where a subscriber's events go. */
export interface EventConnection {
  /** False where the connection wants no more until it has drained. */
  write(text: string): boolean;
  /** No more comes: sends what is pending, and closes. */
  end(): void;
}

/** One subscriber. */
export interface EventSubscription {
  /** The connection takes more again. */
  drained(): void;
  /** The connection is gone. */
  readonly cancel: Unsubscribe;
}

/** The hub. */
export interface EventHub {
  publish(events: readonly SwarmEvent[]): void;
  /**
   * Begins with the comment `ok`, then what happened after `lastEventId` (a `resync` where that is not known any more),
   * then what happens.
   * @throws EntrainError `resource-exhausted` where there are too many subscribers.
   */
  subscribe(
    wanted: { readonly types: ReadonlySet<SwarmEventType>; readonly lastEventId: string | undefined },
    connection: EventConnection,
  ): EventSubscription;
  /** Live subscriptions. */
  size(): number;
  /** Ends all subscriptions and takes no more. */
  close(): void;
}

interface Subscriber {
  readonly types: ReadonlySet<SwarmEventType>;
  readonly connection: EventConnection;
  position: number;
  blocked: boolean;
}

/** A hub of at most `subscribersMax` subscribers (default 256). */
export function createEventHub(journal: EventJournal, timers: Timers, subscribersMax = 256): EventHub {
  const subscribers = new Set<Subscriber>();
  let closed = false;
  let callOffComment: (() => void) | undefined;

  function drop(subscriber: Subscriber, farewell?: string): void {
    subscribers.delete(subscriber);
    if (farewell !== undefined) subscriber.connection.write(farewell);
    subscriber.connection.end();
  }

  function pump(subscriber: Subscriber): void {
    for (;;) {
      const found = journal.after(subscriber.position, subscriber.types, batchMax);
      if (found === undefined) {
        drop(subscriber, journal.resyncFrame("too-old"));
        return;
      }
      if (subscriber.blocked) return;
      const last = found.at(-1);
      if (last === undefined) {
        subscriber.position = journal.head();
        return;
      }
      subscriber.position = last.seq;
      subscriber.blocked = !subscriber.connection.write(found.map(({ frame }) => frame).join(""));
    }
  }

  function comment(): void {
    for (const subscriber of subscribers)
      if (!subscriber.blocked) subscriber.blocked = !subscriber.connection.write(": still here\n\n");
    callOffComment = subscribers.size > 0 ? timers.after(commentEveryMs, comment) : undefined;
  }

  return {
    publish(events) {
      for (const event of events) journal.append(event);
      if (events.length > 0) for (const subscriber of [...subscribers]) pump(subscriber);
    },
    subscribe({ types, lastEventId }, connection) {
      if (closed) throw new EntrainError("unavailable", "the console is draining: subscribe elsewhere or later");
      if (subscribers.size >= subscribersMax)
        throw new EntrainError("resource-exhausted", `${subscribersMax} event streams are open: close one, or wait`);
      const known = lastEventId === undefined ? journal.head() : journal.seqOf(lastEventId);
      const gone = known === undefined || journal.after(known, types, 1) === undefined;
      const subscriber = { types, connection, position: gone ? journal.head() : known, blocked: false };
      subscribers.add(subscriber);
      const reason = known === undefined ? "unknown-id" : "too-old";
      subscriber.blocked = !connection.write(`: ok\n\n${gone ? journal.resyncFrame(reason) : ""}`);
      pump(subscriber);
      callOffComment ??= timers.after(commentEveryMs, comment);
      return {
        drained() {
          subscriber.blocked = false;
          if (subscribers.has(subscriber)) pump(subscriber);
        },
        cancel: () => void subscribers.delete(subscriber),
      };
    },
    size: () => subscribers.size,
    close() {
      closed = true;
      callOffComment?.();
      for (const subscriber of [...subscribers]) drop(subscriber);
    },
  };
}
