/**
 * The end of a run, in order: agents, services, Redis, the guard, the private files. An interrupted run is gone within
 * 3 s; one that ends by itself gives a large swarm a little longer to leave in order.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { SwarmRedis } from "./obtain-redis.ts";
import type { Run } from "./run.ts";

/** Instants after the interruption (or the end), ms. */
const timings = {
  interrupted: { supportAfterMs: 1_700, killAfterMs: 2_400, redisByMs: 2_900 },
  atTheEnd: { supportAfterMs: 4_000, killAfterMs: 5_000, redisByMs: 8_000 },
} as const;
const atOnce = { supportAfterMs: 0, killAfterMs: 0 } as const;
const redisAtLeastMs = 200;

/**
 * Ends everything that `run` started.
 * @param endedAt when the run's end began, `performance.now()`
 * @param keepLogs the run failed: its logs are still of use
 */
export async function shutDown(
  run: Run,
  redis: SwarmRedis | undefined,
  endedAt: number,
  keepLogs: boolean,
): Promise<void> {
  const { account, interruption, supervisor, guard, directory } = run;
  const timing = interruption.signal.aborted ? timings.interrupted : timings.atTheEnd;
  const elapsed = () => performance.now() - endedAt;
  const hurry = () => void supervisor.stop(atOnce);
  // Somebody interrupts an end under way: from then on there is no more waiting.
  interruption.signal.addEventListener("abort", hurry);
  interruption.haste.addEventListener("abort", hurry);
  await supervisor.stop({
    supportAfterMs: timing.supportAfterMs - elapsed(),
    killAfterMs: interruption.haste.aborted ? 0 : timing.killAfterMs - elapsed(),
  });
  const late = delay(Math.max(redisAtLeastMs, timing.redisByMs - elapsed()), "late", { ref: false });
  const stopped = (redis?.stop() ?? Promise.resolve()).catch(() => undefined);
  // A keeper that is late ends by itself when this process does; the guard then removes the data.
  if ((await Promise.race([stopped, late])) === "late") return;
  await guard.release();
  directory.remove(keepLogs);
  if (keepLogs) account.tell({ kind: "note", text: `the logs are kept in ${directory.path}/logs` });
}
