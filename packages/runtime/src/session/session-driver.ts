/**
 * Drives sessions: a worker whose only capability is the tasks that drive them.
 *
 * Where the store does not answer for a moment, who drives reads the log anew and goes on, for as long as it has the task: as a
 * failed try the session would lie for a while that grows with each owner that it has had.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { fullJitterMs } from "@entrain/core/bus";
import { driverCapability, sessionIdFrom } from "@entrain/core/session";
import { createCapabilityWorker, type CapabilityWorker, type WorkerSurroundings } from "../task/capability-worker.ts";
import { driveSession, type DriveSurroundings } from "./session-drive.ts";

/** Sessions that one process drives at once. */
const sessionsMax = 100;
/** Bounds of the pause before the log is read anew, ms. */
const anewMs = { first: 100, most: 1_000 };

/** A driver; it takes nothing over before `start`, and hands everything over at once when it stops. */
export function createSessionDriver(
  around: Omit<DriveSurroundings, "owner"> & Omit<WorkerSurroundings, "store" | "isLeader">,
): CapabilityWorker {
  const { agentId, timers, random, events } = around;
  const drive = { ...around, owner: agentId };
  const worker = createCapabilityWorker(
    { ...around, store: around.tasks, isLeader: () => false },
    {
      name: driverCapability,
      concurrency: sessionsMax,
      checkInput: () => undefined,
      checkResult: () => undefined,
      handler: async (input, { token, signal }): Promise<Json> => {
        for (let attempts = 1; ; attempts++)
          try {
            const { state } = await driveSession(drive, sessionIdFrom(input), token, signal);
            return { state };
          } catch (thrown) {
            const { code, message, retryable } = EntrainError.from(thrown);
            // Somebody else drives it: `unavailable`.
            if (signal.aborted || !retryable || code === "unavailable") throw thrown;
            events({ kind: "follow.failed", what: "sessions that are driven", code, message });
            const pauseMs = fullJitterMs(attempts, random, anewMs);
            await new Promise<void>((resolve) => timers.after(pauseMs, resolve));
          }
      },
    },
  );
  return {
    name: worker.name,
    start: () => {
      worker.start();
    },
    // A session may take hours: whoever is left goes on with it.
    stop: () => worker.stop(0),
  };
}
