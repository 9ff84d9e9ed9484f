/**
 * The journal behind the event stream: every event gets an id, is written out once for all subscribers, and stays for a
 * while so that a subscriber can resume after its `Last-Event-ID`. Beats have a ring of their own, for fifty agents at
 * five beats a second would push everything else out within a minute.
 *
 * An id is `<epoch>-<number>`: the epoch is this console's life, so that an id of an earlier life is told apart.
 */
import type { SwarmEvent, SwarmEventType } from "../contract/swarm-event.ts";
import { createEventRing } from "./event-ring.ts";

/** An event as it goes over the wire. */
export interface JournalEntry {
  readonly seq: number;
  readonly type: SwarmEventType;
  /** The whole server-sent event, ending with an empty line. */
  readonly frame: string;
}

/** The journal. */
export interface EventJournal {
  append(event: SwarmEvent): void;
  /** The number of the newest event; 0 before there is one. */
  head(): number;
  /** At most `limit` events of `types` after number `seq`, in order; undefined where some of them are gone. */
  after(seq: number, types: ReadonlySet<SwarmEventType>, limit: number): readonly JournalEntry[] | undefined;
  /** The number in an id of this journal; undefined for one of another life, or for no id at all. */
  seqOf(id: string): number | undefined;
  /** Tells a subscriber to read the state anew; what follows continues after the newest event. */
  resyncFrame(reason: "unknown-id" | "too-old"): string;
}

/** A journal of `capacity` events (default 10,000) and as many beats. `epoch` names this life of the console. */
export function createEventJournal(epoch: string, capacity = 10_000): EventJournal {
  const beats = createEventRing<JournalEntry>(capacity);
  const others = createEventRing<JournalEntry>(capacity);
  const ringOf = (type: SwarmEventType) => (type === "beat" ? beats : others);
  let head = 0;
  return {
    append({ type, data }) {
      head += 1;
      const frame = `id: ${epoch}-${head}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
      ringOf(type).push({ seq: head, type, frame });
    },
    head: () => head,
    after(seq, types, limit) {
      const rings = [beats, others].filter((ring) => [...types].some((type) => ringOf(type) === ring));
      if (rings.some((ring) => seq < ring.droppedThrough())) return undefined;
      const found = rings.flatMap((ring) => ring.after(seq, limit, ({ type }) => types.has(type)));
      return found.sort((a, b) => a.seq - b.seq).slice(0, limit);
    },
    seqOf(id) {
      const match = /^(.+)-(\d{1,15})$/.exec(id);
      const seq = Number(match?.[2]);
      return match?.[1] === epoch && seq <= head ? seq : undefined;
    },
    resyncFrame: (reason) => `id: ${epoch}-${head}\nevent: resync\ndata: ${JSON.stringify({ reason })}\n\n`,
  };
}
