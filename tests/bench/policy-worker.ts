/**
 * An agent in a process of its own that decides at its pace while its policy changes, for the bench of the context. Prints `ready`
 * once a leader is known and the first turn of the policy is there; decides until it is told to stop; prints its answers as one
 * line, and ends.
 */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createAgent } from "entrain";
import { decideAtPace } from "../integration/policy-load.ts";

/** What a worker is told, as its only argument. */
export interface PolicyWorkerTask {
  readonly redis: string;
  readonly swarm: string;
  readonly agentId: string;
  readonly perSecond: number;
  /** Version of the first turn. */
  readonly fromVersion: number;
}

const { perSecond, fromVersion, ...wish } = JSON.parse(process.argv[2] ?? "{}") as PolicyWorkerTask;
const agent = createAgent({ ...wish, rhythm: { periodMs: 1_000 } });
await agent.start({ timeoutMs: 30_000 });
while ((agent.context.current()?.version ?? 0) < fromVersion) await delay(20);
process.stdout.write("ready\n");
const stop = new AbortController();
createInterface({ input: process.stdin })
  .on("line", () => stop.abort())
  .on("close", () => stop.abort());
const answers = await decideAtPace(agent, perSecond, stop.signal);
await agent.stop({ drainMs: 5_000 });
// A pipe takes less at once than the answers may be long.
await new Promise((written) => process.stdout.write(`${JSON.stringify(answers)}\n`, written));
process.exit();
