/**
 * A user's program outside of this repository: installed-library.test.ts installs the packed library beside it, compiles it
 * strictly and runs it.
 *
 *   node consumer.js REDIS_URL RESULT_FILE
 */
import { writeFileSync } from "node:fs";
import { Redis } from "ioredis";
import { Registry } from "prom-client";
import {
  createAgent,
  EntrainError,
  type Agent,
  type AgentOptions,
  type BeatEvent,
  type DegradedEvent,
  type ErrorCode,
  type LeaderEvent,
  type Off,
  type Reasoner,
} from "entrain";

/** What the test reads. */
export interface ConsumerResult {
  readonly beats: Readonly<Record<string, readonly string[]>>;
  readonly decisions: readonly string[];
  readonly leaders: readonly string[];
  readonly refusal: ErrorCode;
  readonly metrics: string;
  readonly clientStatus: string;
  readonly stoppedAtUnixMs: number;
}

const [redisUrl = "", resultFile = ""] = process.argv.slice(2);
const registry = new Registry();
const client = new Redis(redisUrl);
const reasoner: Reasoner = {
  name: "mine",
  reason: ({ reading, policy }) => ({
    type: "ANOMALY_RESPONSE",
    action: Number(reading["temperature"]) > 80 ? (policy.actions[0] ?? policy.safeAction) : policy.safeAction,
    confidence: 0.9,
    reasoning: "it is hot",
  }),
};
const options = {
  swarm: `consumer-${process.pid}`,
  redis: client,
  rhythm: { goal: "sync", periodMs: 100 },
  decide: reasoner,
  requireStore: true,
  registry,
} satisfies AgentOptions;

// @ts-expect-error: a swarm needs a name
const nameless: AgentOptions = { redis: redisUrl };
const agents: readonly Agent[] = ["a", "b"].map((agentId) => createAgent({ ...nameless, ...options, agentId }));

const beats: Record<string, string[]> = { a: [], b: [] };
const { promise: enoughBeats, resolve: stopCounting } = Promise.withResolvers<undefined>();
const subscriptions: Off[] = agents.map((agent) =>
  agent.on("beat", ({ agentId, goalVersion, beat }: BeatEvent) => {
    beats[agentId]?.push(`${goalVersion}/${beat}`);
    if (Object.values(beats).every((numbers) => numbers.length >= 8)) stopCounting(undefined);
  }),
);
const leaders: string[] = [];
agents[0]?.on("leader", ({ leaderId }: LeaderEvent) => leaders.push(leaderId ?? "nobody"));
agents[0]?.on("degraded", ({ degraded }: DegradedEvent) => leaders.push(degraded ? "degraded" : "recovered"));
try {
  // @ts-expect-error: there is no such event
  agents[0]?.on("heartbeat", () => undefined);
  throw new Error("an event that does not exist was subscribed to");
} catch (thrown) {
  if (!(thrown instanceof EntrainError)) throw thrown;
}
agents[0]?.capability("count", { input: { type: "string" } }, (text) => text.split(" ").length);

await Promise.all(agents.map((agent) => agent.start({ timeoutMs: 10_000 })));
await enoughBeats;
for (const off of subscriptions) off();
const telemetry = { temperature: 85, subject: "rack-7" };
const decided = await Promise.all(agents.map((agent) => agent.decide(telemetry)));
const refusal: unknown = await agents[0]?.decide({ temperature: Number.NaN }).catch((thrown: unknown) => thrown);
if (!(refusal instanceof EntrainError)) throw new Error("a wrong reading was taken");
const metrics = await registry.metrics();
await Promise.all(agents.map((agent) => agent.stop()));
const clientStatus = client.status;
client.disconnect();

const result: ConsumerResult = {
  beats,
  decisions: decided.map(
    ({ decision, telemetry: { subject } }) => `${subject} ${decision.decisionId} ${decision.action}`,
  ),
  leaders,
  refusal: refusal.code,
  metrics,
  clientStatus,
  stoppedAtUnixMs: Date.now(),
};
writeFileSync(resultFile, JSON.stringify(result));
