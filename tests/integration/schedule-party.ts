/**
 * An agent with a scheduled job, in a process of its own. Each beginning and each end of a run is a line of JSON on stdout,
 * after a first line `ready`. It ends when its standard input does.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createAgent, type ScheduledRun, type When } from "entrain";

/** What the agent is to do, as its only argument. */
export interface ScheduleTask {
  readonly redis: string;
  readonly swarm: string;
  readonly agentId: string;
  readonly when: When;
  /** How long each run takes, ms. */
  readonly workMs: number;
}

/** One line. */
export type RunLine = Pick<ScheduledRun, "fireTime" | "token" | "attempt" | "lateMs"> & {
  readonly kind: "begun" | "done";
};

const { redis, swarm, agentId, when, workMs } = JSON.parse(process.argv[2] ?? "{}") as ScheduleTask;
const say = (kind: RunLine["kind"], { fireTime, token, attempt, lateMs }: ScheduledRun): void => {
  const line: RunLine = { kind, fireTime, token, attempt, lateMs };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const agent = createAgent({ swarm, agentId, redis });
agent.schedule("report", when, async (run) => {
  say("begun", run);
  await delay(workMs, undefined, { signal: run.signal });
  say("done", run);
});
await agent.start();
process.stdout.write("ready\n");
process.stdin.on("end", () => void agent.stop({ drainMs: 50 })).resume();
