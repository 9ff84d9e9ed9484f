/**
 * Drives sessions: a worker whose only capability is the tasks that drive them.
 *
 * Where the store does not answer for a moment, who drives reads the log anew and goes on, for as long as it has the task: as a
 * failed try the session would lie for a while that grows with each owner that it has had. Where there is no room the pauses
 * grow longer, for each look reads the whole log; a cancellation and the end of the driver end a pause.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { fullJitterMs } from "@entrain/core/bus";
import { driverCapability, sessionIdFrom } from "@entrain/core/session";
import { createCapabilityWorker, type CapabilityWorker, type WorkerSurroundings } from "../task/capability-worker.ts";
import { createExecutionBoard, type ExecutionBoardOptions } from "./execution-board.ts";
import { driveSession, type DriveSurroundings } from "./session-drive.ts";
import { pauseDriving } from "./session-pause.ts";

/** Sessions that one process drives at once. */
const sessionsMax = 100;
/** Bounds of the pause before the log is read anew, ms. */
const anewMs = { first: 100, most: 1_000 };
/** The same where the store is full, or too many tasks wait: that lasts, and looking costs the store more still. */
const noRoomMs = { first: 100, most: 30_000 };

/** What a driver needs. */
export interface DriverSurroundings
  extends Omit<DriveSurroundings, "owner" | "execution">, Omit<WorkerSurroundings, "store" | "isLeader"> {
  /** The shared document in which it tells what runs (default: it does not). */
  readonly account?: Pick<ExecutionBoardOptions, "desk" | "source">;
}

/** A driver; it takes nothing over before `start`, and hands everything over at once when it stops. */
export function createSessionDriver(around: DriverSurroundings): CapabilityWorker {
  const { agentId, clock, random, events, account } = around;
  const execution = account === undefined ? undefined : createExecutionBoard({ ...around, ...account });
  const drive = { ...around, owner: agentId, ...(execution === undefined ? {} : { execution }) };
  const worker = createCapabilityWorker(
    { ...around, store: around.tasks, isLeader: () => false },
    {
      name: driverCapability,
      concurrency: sessionsMax,
      checkInput: () => undefined,
      checkResult: () => undefined,
      handler: async (input, { token, signal }): Promise<Json> => {
        const sessionId = sessionIdFrom(input);
        for (let attempts = 1; ; attempts++) {
          const begunMs = clock.monoMs();
          try {
            const { state } = await driveSession(drive, sessionId, token, signal);
            return { state };
          } catch (thrown) {
            const { code, message, retryable } = EntrainError.from(thrown);
            // Somebody else drives it: `unavailable`.
            if (signal.aborted || !retryable || code === "unavailable") throw thrown;
            events({ kind: "follow.failed", what: "sessions that are driven", code, message });
            // It went on for a while: that is another trouble than the last one.
            if (clock.monoMs() - begunMs > noRoomMs.most) attempts = 1;
            const pauseMs = fullJitterMs(attempts, random, code === "resource-exhausted" ? noRoomMs : anewMs);
            await pauseDriving(around, sessionId, pauseMs, signal);
          }
        }
      },
    },
  );
  return {
    name: worker.name,
    start: () => {
      worker.start();
      execution?.start();
    },
    async stop() {
      // A session may take hours: whoever is left goes on with it.
      await worker.stop(0);
      await execution?.stop();
    },
  };
}
