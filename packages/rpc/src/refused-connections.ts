/**
 * Counts connections that were refused before anybody spoke, and tells of them once a second for each reason: a flood of
 * them must fill neither the log nor the loop.
 */
import type { EventSink } from "@entrain/ports";

/** Why; the closed list of a metric's label. */
export type RefusalReason = "handshake" | "no-certificate" | "expired" | "authority" | "identity" | "crowded";

const tellEveryMs = 1_000;

/** A count that tells. */
export interface RefusedConnections {
  add(reason: RefusalReason, message: string): void;
  /** Tells what is left. */
  close(): void;
}

/** Counts from 0; the first refusal of a reason is told at once. */
export function createRefusedConnections(events: EventSink): RefusedConnections {
  const untold = new Map<RefusalReason, { count: number; message: string }>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    for (const [reason, { count, message }] of untold) events({ kind: "connections.refused", reason, count, message });
    untold.clear();
  };
  return {
    add(reason, message) {
      const count = (untold.get(reason)?.count ?? 0) + 1;
      untold.set(reason, { count, message });
      if (timer !== undefined) return;
      tell();
      timer = setTimeout(tell, tellEveryMs).unref();
    },
    close() {
      clearTimeout(timer);
      tell();
    },
  };
}
