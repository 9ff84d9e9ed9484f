/**
 * An agent in a process of its own that carries the swarm's actions out when it is let, so that a fault hits it in the middle of one.
 * Each effect is one line in the file that all carriers share; so an effect that happens twice is seen.
 *
 * It is told on its standard input: `decide INCIDENT`, `let`. It writes `ready`, and `escalation` with the event.
 */
import { openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { createAgent } from "entrain";
import { carrierSettings } from "./carrier-settings.ts";

const { redisUrl, swarmId, agentId, file, refuses } = carrierSettings();
const effects = openSync(file, "a");
const allowed = Promise.withResolvers<undefined>();
const say = (...words: readonly string[]): void => void process.stdout.write(`${words.join(" ")}\n`);

const agent = createAgent({
  swarm: swarmId,
  redis: redisUrl,
  agentId,
  storeTimeoutMs: 300,
  election: { leaseMs: 1_000, renewEveryMs: 250, stopMarginMs: 200, pollMs: 100 },
  membership: { heartbeatMs: 200, deadAfterMs: 1_000 },
});
agent.onAction("cool_down", async (_, { key, signal, refuse }) => {
  if (refuses) refuse("the valve is open");
  await Promise.race([allowed.promise, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
  signal.throwIfAborted();
  writeSync(effects, `${key}\n`);
});
agent.on("escalation", (event) => say("escalation", JSON.stringify(event)));
await agent.start({ timeoutMs: 30_000 });
say("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [what, incident = ""] = line.split(" ");
  if (what === "let") allowed.resolve(undefined);
  if (what === "decide") void agent.decide({ temperature: 85, subject: incident }, { incident });
}
await agent.stop({ drainMs: 0 });
