/** Drives sessions: a worker whose only capability is the tasks that drive them. */
import type { Json } from "@entrain/kernel";
import { driverCapability, sessionIdFrom } from "@entrain/core/session";
import { createCapabilityWorker, type CapabilityWorker, type WorkerSurroundings } from "../task/capability-worker.ts";
import { driveSession, type DriveSurroundings } from "./session-drive.ts";

/** Sessions that one process drives at once. */
const sessionsMax = 100;

/** A driver; it takes nothing over before `start`, and hands everything over at once when it stops. */
export function createSessionDriver(
  around: Omit<DriveSurroundings, "owner"> & Omit<WorkerSurroundings, "store" | "isLeader">,
): CapabilityWorker {
  const { agentId } = around;
  const drive = { ...around, owner: agentId };
  const worker = createCapabilityWorker(
    { ...around, store: around.tasks, isLeader: () => false },
    {
      name: driverCapability,
      concurrency: sessionsMax,
      checkInput: () => undefined,
      checkResult: () => undefined,
      handler: async (input, { token, signal }): Promise<Json> => {
        const { state } = await driveSession(drive, sessionIdFrom(input), token, signal);
        return { state };
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
