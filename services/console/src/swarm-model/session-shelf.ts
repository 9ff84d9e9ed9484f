/** The newest sessions as they were last read: what moved on since becomes events. */
import type { SessionHeader } from "@entrain/ports";
import { sessionView } from "../contract/session-view.ts";
import type { SwarmEvent } from "../contract/swarm-event.ts";

/** What is known of the sessions. */
export interface SessionShelf {
  /** The newest ones as they are now, newest first. */
  read(found: readonly SessionHeader[]): readonly SwarmEvent[];
  all(): readonly SessionHeader[];
}

/** A shelf that knows of none. */
export function createSessionShelf(): SessionShelf {
  let known: readonly SessionHeader[] = [];
  return {
    read(found) {
      const before = new Map(known.map((header) => [header.spec.sessionId, markOf(header)]));
      known = found;
      // The oldest first, as it happened.
      return found
        .toReversed()
        .filter((header) => before.get(header.spec.sessionId) !== markOf(header))
        .map((header) => ({ type: "session.changed", data: sessionView(header) }));
    },
    all: () => known,
  };
}

/** What must differ for an event; that something was written in its log alone is none. */
const markOf = ({ state, score, cancelling }: SessionHeader): string => `${state} ${score} ${cancelling}`;
