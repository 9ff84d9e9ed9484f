/** What the processes of the suite `tasks` are told. */

/** A worker that takes a task and keeps it. */
export interface HangingWorker {
  readonly redisUrl: string;
  /** The swarm, or the queue. */
  readonly name: string;
  readonly of: "entrain" | "bullmq";
  /** BullMQ's: how long a job is locked, and how often it looks for those that are not any more, ms. */
  readonly lockMs: number;
  readonly stalledEveryMs: number;
}

/** BullMQ takes no URL. Its workers need endless retries. */
export function redisOptions(url: string) {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port), maxRetriesPerRequest: null };
}
