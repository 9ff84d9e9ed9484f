/** Reads the newest sessions: soon after a hint, and now and then all the same, for hints may be lost. */
import type { Clock, SessionStore } from "@entrain/ports";
import type { SwarmInput } from "../swarm-model/swarm-model.ts";

/** Without a hint they are read this often, ms. */
const everyMs = 5_000;
const newest = 200;

/** What the reader needs. */
export interface SessionReaderOptions {
  readonly sessions: Pick<SessionStore, "list">;
  readonly clock: Clock;
  readonly feed: (input: SwarmInput) => void;
}

/** A reader: `hint` says that something changed, `read` looks. */
export function createSessionReader({ sessions, clock, feed }: SessionReaderOptions): {
  readonly hint: () => void;
  readonly read: () => Promise<void>;
} {
  let dueMs = 0;
  return {
    hint() {
      dueMs = 0;
    },
    async read() {
      if (clock.monoMs() < dueMs) return;
      dueMs = clock.monoMs() + everyMs;
      feed({ kind: "sessions", found: (await sessions.list(newest)).sessions });
    },
  };
}
