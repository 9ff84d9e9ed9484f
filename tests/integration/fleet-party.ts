/**
 * An agent in a process of its own that adds one item to a fleet's batcher, and makes a call that never ends: what the call
 * was for is a line of JSON on stdout. It is there to be killed; it ends when its standard input does.
 */
import { createAgent } from "entrain";

/** What the agent is told, as its only argument. */
export interface FleetTask {
  readonly redis: string;
  readonly swarm: string;
  readonly agentId: string;
  readonly periodMs: number;
}

const { redis, swarm, agentId, periodMs } = JSON.parse(process.argv[2] ?? "{}") as FleetTask;
const agent = createAgent({ swarm, agentId, redis, rhythm: { periodMs } });
const batcher = agent.fleetBatcher<string, string>({
  name: "orders",
  flush(items, { signal: _, ...batch }) {
    process.stdout.write(`${JSON.stringify({ ...batch, items })}\n`);
    return new Promise(() => undefined);
  },
});
await agent.start();
batcher.add("of the victim").catch(() => undefined);
process.stdin
  .on("end", () => {
    process.exit(0);
  })
  .resume();
