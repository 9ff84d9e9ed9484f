/**
 * Records what agents did in the ledger, in batches, without holding them up. While the store is away acts wait in a
 * bounded queue, oldest first out; what had to be dropped is reported, never silent.
 */
import { EntrainError } from "@entrain/kernel";
import type { Act } from "@entrain/core/decision";
import type { EventSink, Ledger, Timers } from "@entrain/ports";

/** Acts that wait at most; beyond it the oldest are dropped. */
const queueMax = 10_000;
const batchMax = 100;
/** How long acts are gathered before they are sent: many agents of a process act at one instant, ms. */
const gatherMs = 5;
/** Pause after a failure, ms. */
const retryMs = 500;

/** Takes acts in and gets them into the ledger. */
export interface ActRecorder {
  record(act: Act): void;
  /** Resolves when the queue is empty, or with the first failure from now on. */
  drain(): Promise<void>;
  stop(): void;
}

/** A recorder for one process. */
export function createActRecorder(options: {
  readonly ledger: Pick<Ledger, "recordActs">;
  readonly timers: Timers;
  readonly events: EventSink;
}): ActRecorder {
  const { ledger, timers, events } = options;
  const queue: Act[] = [];
  let dropped = 0;
  let sending: Promise<void> | undefined;
  let callOff: (() => void) | undefined;
  let stopped = false;

  async function sendBatches(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, batchMax);
      await ledger.recordActs(batch);
      // Acts may have been dropped from the front while the batch was under way.
      const sent = new Set(batch);
      while (queue[0] !== undefined && sent.has(queue[0])) queue.shift();
    }
  }

  function send(): Promise<void> {
    callOff?.();
    callOff = undefined;
    sending ??= sendBatches().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  function sendInBackground(): void {
    send().catch((thrown: unknown) => {
      const { message } = EntrainError.from(thrown);
      events({ kind: "acts.unrecorded", pending: queue.length, dropped, message });
      if (!stopped) callOff ??= timers.after(retryMs, sendInBackground);
    });
  }

  return {
    record(act) {
      queue.push(act);
      if (queue.length > queueMax) {
        queue.shift();
        dropped += 1;
      }
      if (sending === undefined) callOff ??= timers.after(gatherMs, sendInBackground);
    },
    drain: () => send(),
    stop() {
      stopped = true;
      callOff?.();
    },
  };
}
