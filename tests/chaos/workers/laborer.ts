/** A process of a run over tasks: does them, or drives the sessions that they belong to, until its input ends. */
import { setTimeout as delay } from "node:timers/promises";
import { createAgent, EntrainError } from "entrain";
import { laborerSettings } from "./laborer-settings.ts";

const { redisUrl, swarmId, agentId, drives, workMs } = laborerSettings();
const agent = createAgent({
  swarm: swarmId,
  redis: redisUrl,
  agentId,
  rhythm: { periodMs: 1_000 },
  coordinate: drives,
});
if (!drives)
  agent.capability<number, number>("square", { input: { type: "integer" }, concurrency: 4 }, async (n, { signal }) => {
    // Long enough to be killed in the middle of.
    await delay(workMs.least + (n % (workMs.most - workMs.least)), undefined, { signal });
    return n * n;
  });
process.stdin.on("end", () => void agent.stop({ drainMs: 2_000 })).resume();
// A process that is asked to end while it starts has nothing to say about it.
await agent.start().catch((thrown: unknown) => {
  if (EntrainError.from(thrown).code !== "cancelled") throw thrown;
});
process.stdout.write("started\n");
