/**
 * A process of agents for the benches of decisions: a host as the library makes it. Prints `ready` once its agents have joined and a
 * leader is known, then carries out one order from its standard input, prints its account, and ends.
 */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createAgentHost, EntrainError, type DecideOutcome } from "entrain";
import { createPonderousReasoner } from "./ponderous-reasoner.ts";
import { openLoop } from "./open-loop.ts";

/** What a worker is told, as its only argument. */
export interface CrowdWorkerTask {
  readonly url: string;
  readonly swarmId: string;
  readonly agentIds: readonly string[];
  /** Its agents ask a reasoner of 50 to 100 ms, instead of the rules. */
  readonly ponders: boolean;
  /** How long whoever does not lead leaves the leader the chance to propose, by the shared policy, ms. */
  readonly leaderFirstMs: number;
  /** Writes that into the shared policy. */
  readonly writes: boolean;
}

/** Incidents to be met. */
export interface CrowdOrder {
  readonly startUnixMs: number;
  readonly perSecond: number;
  /** Each agent meets incidents of its own; else every agent meets every incident. */
  readonly own: boolean;
  readonly forMs: number;
  /** Goes before, and is not told. */
  readonly warmMs: number;
}

/** What came of it. */
export interface CrowdAccount {
  readonly latenciesMs: Readonly<Record<DecideOutcome["source"], readonly number[]>>;
  /** Questions beyond what a process takes at once. */
  readonly refused: number;
  /** Decisions whose context was at hand. */
  readonly contextHits: number;
}

const task = JSON.parse(process.argv[2] ?? "{}") as CrowdWorkerTask;
const { url, swarmId, agentIds, ponders, leaderFirstMs, writes } = task;

/** As the policy in the shared document says; undefined before there is one. */
function firstInUse(): unknown {
  const { policy } = (host.context.current()?.document ?? {}) as {
    readonly policy?: { readonly decision?: { readonly leaderFirstMs?: unknown } };
  };
  return policy?.decision?.leaderFirstMs;
}

/** Undefined where the process has too much under way. */
async function decide(agentId: string, subject: string): Promise<DecideOutcome | undefined> {
  try {
    return await host.decide({ agentId, reading: { temperature: 85, subject } });
  } catch (thrown) {
    if (EntrainError.from(thrown).code === "resource-exhausted") return undefined;
    throw thrown;
  }
}

async function carryOut({ startUnixMs, perSecond, own, forMs, warmMs }: CrowdOrder): Promise<CrowdAccount> {
  await delay(Math.max(0, startUnixMs - Date.now()));
  const warm = Math.round((perSecond * warmMs) / 1_000);
  const turns = await openLoop(perSecond, warmMs + forMs, (index) =>
    Promise.all(agentIds.map((agentId) => decide(agentId, own ? `${agentId}-${index}` : `rack-${index}`))),
  );
  const answers = turns.slice(warm).flat();
  const outcomes = answers.filter((answer) => answer !== undefined);
  const by = (wanted: DecideOutcome["source"]): number[] =>
    outcomes.filter(({ source }) => source === wanted).map(({ latencyMs }) => latencyMs);
  return {
    latenciesMs: {
      committed: by("committed"),
      adopted: by("adopted"),
      "safe-alone": by("safe-alone"),
      local: by("local"),
    },
    refused: answers.length - outcomes.length,
    contextHits: outcomes.filter(({ contextHit }) => contextHit).length,
  };
}

const reasoner = ponders ? { decide: createPonderousReasoner(agentIds.join()) } : {};
const host = createAgentHost({ swarm: swarmId, redis: url, ...reasoner }, agentIds, {});
await host.start(30_000);
while (host.leader().leaderId === null) await delay(50);
if (writes) await host.context.merge({ policy: { decision: { leaderFirstMs } } });
while (firstInUse() !== leaderFirstMs) await delay(50);
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const account = await carryOut(JSON.parse(line) as CrowdOrder);
  await host.stop(5_000);
  // A pipe takes less at once than an account may be long.
  await new Promise((written) => process.stdout.write(`${JSON.stringify(account)}\n`, written));
  process.exit();
}
process.exit();
