/** What every worker that records a history stands on: its settings, a store, perhaps with one command broken, and a recorder. */
import { membershipTimings } from "@entrain/core/membership";
import { assembleRedisStore } from "@entrain/redis/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { createHistoryRecorder } from "@entrain/testkit/history";
import type { RecordedInput, RecordedOutput } from "../recorded-operation.ts";
import { brokenScripts } from "./broken-scripts.ts";
import { workerSettings } from "./worker-settings.ts";

/** Signs of life of workers that are members, of whom none is to die of a pause. */
export const workerMembership = membershipTimings({ heartbeatMs: 100, deadAfterMs: 5_000 });

/** Reads this process's settings; the store is not connected yet. */
export function openRecordingWorker() {
  const settings = workerSettings();
  const { redis, swarmId, file, timings, mutation } = settings;
  const clock = createSystemClock();
  const recorder = createHistoryRecorder<RecordedInput, RecordedOutput>(file);
  const store = assembleRedisStore(
    {
      redis,
      swarmId,
      clock,
      timers: systemTimers,
      requestTimeoutMs: timings.requestTimeoutMs,
      recoveryWindowMs: timings.leaseMs,
      silenceMs: 400,
      membership: workerMembership,
    },
    brokenScripts(mutation),
  );
  return { settings, clock, recorder, store, isUp: (): boolean => store.health.status().up };
}
