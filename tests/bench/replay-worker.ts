/**
 * An agent in a process of its own that replays a file of telemetry and decides when a subject's state changes, as the agent service
 * does. Prints `ready` when it has joined and the swarm's policy has the wanted cooldown; begins each pass over the file at the instant
 * that it is told on its standard input; prints `over` between two of them, and what it did, one JSON array, after the last.
 */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createSystemClock, feedTelemetry, systemTimers } from "@entrain/runtime";
import { replayTelemetryFile } from "@entrain/telemetry";
import { defaultPolicy, type Rule } from "@entrain/core/decision";
import { createAgentHost, type DecideOutcome } from "entrain";

/** What a worker is told, as its only argument. */
export interface ReplayTask {
  readonly url: string;
  readonly swarmId: string;
  readonly agentId: string;
  readonly file: string;
  readonly speed: number;
  /** How often the file is replayed. */
  readonly passes: number;
  readonly cooldownMs: number;
  /** What the shared policy is to have besides its own rules. */
  readonly rules: readonly Rule[];
  /** Writes the cooldown and the rules into the shared policy. */
  readonly writes: boolean;
}

/** One act. The incident's id names its kind, subject, band and ordinal. */
export interface ReplayedAct {
  readonly subject: string;
  readonly incidentId: string;
  readonly action: string;
  readonly source: DecideOutcome["source"];
}

const task = JSON.parse(process.argv[2] ?? "{}") as ReplayTask;
const { url, swarmId, agentId, file, speed, passes, cooldownMs, rules, writes } = task;
const host = createAgentHost({ swarm: swarmId, redis: url }, [agentId]);
/** Agents on a busy machine are to be slow, not alone: that two of them were slow is no difference. */
const budgetMs = 20_000;
const acts: ReplayedAct[] = [];

/** As the policy in the shared document says; undefined before there is one. */
function cooldownInUse(): unknown {
  const { policy } = (host.context.current()?.document ?? {}) as {
    readonly policy?: { readonly decision?: { readonly cooldownMs?: unknown } };
  };
  return policy?.decision?.cooldownMs;
}

async function* readings() {
  const lines = replayTelemetryFile(file, { clock: createSystemClock(), timers: systemTimers, speed });
  for await (const { reading } of lines) yield reading;
}

await host.start(30_000);
while (host.leader().leaderId === null) await delay(20);
if (writes) {
  const all = structuredClone([...defaultPolicy.rules, ...rules]) as never;
  await host.context.merge({ policy: { decision: { cooldownMs, budgetMs, rules: all } } });
}
while (cooldownInUse() !== cooldownMs) await delay(20);
let passesLeft = passes;
process.stdout.write("ready\n");
for await (const startUnixMs of createInterface({ input: process.stdin })) {
  await delay(Math.max(0, Number(startUnixMs) - Date.now()));
  await feedTelemetry({
    source: file,
    readings: readings(),
    agentIds: [agentId],
    observe: (reading) => host.observe(reading),
    async decide(_, reading) {
      const { decision, source } = await host.decide({ agentId, reading });
      const { incidentId, action } = decision;
      acts.push({ subject: String(reading["subject"] ?? ""), incidentId, action, source });
    },
    events: (event) => {
      if (event.kind === "telemetry.refused") throw new Error(event.message);
    },
  });
  passesLeft -= 1;
  if (passesLeft > 0) {
    process.stdout.write("over\n");
    continue;
  }
  await host.stop(5_000);
  await new Promise((written) => process.stdout.write(`${JSON.stringify(acts)}\n`, written));
  process.exit();
}
process.exit();
