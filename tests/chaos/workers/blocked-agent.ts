/**
 * A process with one agent whose event loop is blocked at random for 8 of every 10 ms on average. It blocks by waiting, not by
 * computing, so that it takes no core from the others. Says `ready` once it is a member, and ends when its standard input does.
 */
import { createRandom } from "@entrain/kernel";
import { createAgent } from "entrain";
import { blockedAgentSettings } from "./blocked-agent-settings.ts";

/** Blocked and free, ms on average. */
const blockedMs = 8;
const freeMs = 2;

const { redis, swarm, agentId, deadAfterMs } = blockedAgentSettings();
const agent = createAgent({ swarm, redis, agentId, membership: { deadAfterMs }, logger: false });
await agent.start({ timeoutMs: 30_000 });
process.stdout.write("ready\n");

const random = createRandom(`${swarm}/${agentId}`);
const never = new Int32Array(new SharedArrayBuffer(4));
let blocking: NodeJS.Timeout | undefined;
function block(): void {
  Atomics.wait(never, 0, 0, 2 * blockedMs * random.next());
  blocking = setTimeout(block, 2 * freeMs * random.next());
}
block();

process.stdin.resume().once("end", () => {
  clearTimeout(blocking);
  void agent.stop();
});
