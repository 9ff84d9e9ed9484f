/** Events of a user's election or lock: told under its name, so that nobody takes them for those of the swarm's leader. */
import type { EventSink } from "@entrain/ports";

/** A sink for the `ElectionLoop` of the election or lock `name`. */
export function namedEvents(on: "election" | "lock", name: string, events: EventSink): EventSink {
  return (event) => {
    switch (event.kind) {
      case "leader.elected":
        events({ kind: "lease.acquired", agentId: event.agentId, on, name, term: event.term });
        return;
      case "leader.lost":
        events({ kind: "lease.lost", agentId: event.agentId, on, name, term: event.term, cause: event.cause });
        return;
      case "leader.changed":
        return;
      default:
        events(event);
    }
  };
}
