/**
 * A service with Entrain as a library. It takes orders and passes them on upstream: not each at once, but all that came in
 * since the last beat, in one call. Every replica beats at the same instant, so the upstream sees one burst a period
 * instead of a trickle from everybody. In the middle it meets an incident and asks what to do: every replica that meets it
 * gets the same decision.
 *
 *   npm run example:library               ends by itself after 10 beats; it wants a Redis, at REDIS_URL or else on
 *                                         127.0.0.1:6379, and without one it says so and beats alone
 *   npm run example:library -- 40         ends after 40 beats: start it in two terminals and compare what they print
 */
import { createAgent } from "entrain";

const beatsWanted = Math.max(1, Number(process.argv[2] ?? 10));
const redis = process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379";

const agent = createAgent({ swarm: "example-library", redis, rhythm: { periodMs: 500 } });

const orders: string[] = [];
let orderCount = 0;
const incoming = setInterval(() => orders.push(`order-${++orderCount}`), 120);

/** Stands for one call of the upstream service, whatever the number of orders. */
function passOn(batch: readonly string[]): string {
  return batch.length === 0 ? "nothing to pass on" : `one call with ${batch[0] ?? ""} and ${batch.length - 1} more`;
}

const enoughBeats = Promise.withResolvers<undefined>();
let beats = 0;

const offBeat = agent.on("beat", async ({ beat, intendedAt, latenessMs }) => {
  beats += 1;
  const at = new Date(intendedAt).toISOString().slice(11, 23);
  console.log(`beat ${beat} at ${at} (${latenessMs.toFixed(1)} ms late): ${passOn(orders.splice(0))}`);
  if (beats === beatsWanted) offBeat();
  if (beats === Math.ceil(beatsWanted / 2)) await meetIncident();
  if (beats === beatsWanted) enoughBeats.resolve(undefined);
});
agent.on("leader", ({ leaderId, term, isSelf }) => {
  console.log(leaderId === null ? "nobody leads" : `${leaderId} leads${isSelf ? " (me)" : ""}, term ${String(term)}`);
});
agent.on("degraded", ({ degraded }) => {
  console.log(degraded ? `no Redis at ${redis}: beating alone` : "Redis is there: in step with the others");
});
agent.on("error", ({ code, message }) => {
  console.log(`${code}: ${message}`);
  enoughBeats.resolve(undefined);
});

async function meetIncident(): Promise<void> {
  const { decision, source } = await agent.decide({ temperature: 85, subject: "rack-7" });
  const { incidentId, action, reasoning } = decision;
  console.log(`incident ${incidentId}: "${action}" (${source}), because ${reasoning}`);
}

await agent.start();
console.log(`${agent.agentId} has started`);
await enoughBeats.promise;
clearInterval(incoming);
await agent.stop();
console.log(`${agent.agentId} has left after ${beats} beats`);
