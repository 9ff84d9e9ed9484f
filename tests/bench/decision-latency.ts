/**
 * How long a decision takes by the way in which it is come to: committed with a fresh context or a cold one, adopted from a push, from
 * the ledger or from memory; by a reasoner that takes its time; and by a crowd of agents in processes of their own.
 *
 * Agents of a crowd are the library's own hosts, rhythm and recording of acts included, so that nothing is left out that a user
 * would pay for.
 */
import { randomUUID } from "node:crypto";
import { defaultPolicy } from "@entrain/core/decision";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import type { DecideOutcome } from "@entrain/ports";
import { startCrowd } from "./decision-crowd.ts";
import { join, lead, leave, meetIncidents, type Party } from "./decision-party.ts";
import { distribution, single, type Figure } from "./figure.ts";
import { openLoop } from "./open-loop.ts";
import { createPonderousReasoner } from "./ponderous-reasoner.ts";
import type { Suite } from "./suite.ts";

const suite = "decision-latency";
/** Incidents a second and for how long, s, where one agent or two meet them. */
const pace = { perSecond: 20, seconds: 10 } as const;
/** A context that nobody has used for so long is no longer kept fresh, ms. */
const sleepsAfterMs = 50;

const latencies = (outcomes: readonly DecideOutcome[]): number[] => outcomes.map(({ latencyMs }) => latencyMs);

/** Incidents of its own, one after the other; nobody leads, so it proposes at once. */
function decideAlone({ loop, agentId }: Party, perSecond: number, seconds: number): Promise<DecideOutcome[]> {
  const batch = randomUUID();
  return openLoop(perSecond, seconds * 1_000, (index) =>
    loop.decide({ agentId, incarnation: 1, reading: { temperature: 85, subject: `${batch}-${index}` } }),
  );
}

async function* measureContext(url: string): AsyncGenerator<Figure> {
  for (const [name, idleAfterMs, perSecond] of [
    ["committed, context at hand", undefined, pace.perSecond],
    ["committed, cold context", sleepsAfterMs, 2],
  ] as const) {
    const wish = { url, swarmId: `bench-${randomUUID()}`, agentId: "alone" };
    const party = await join(idleAfterMs === undefined ? wish : { ...wish, idleAfterMs });
    await decideAlone(party, 100, 2);
    const outcomes = await decideAlone(party, perSecond, pace.seconds);
    const hits = outcomes.filter(({ contextHit }) => contextHit).length;
    const conditions = `one agent, nobody leads, ${perSecond}/s for ${pace.seconds} s, ${hits} contexts at hand`;
    yield distribution({ suite, name, conditions, unit: "ms" }, latencies(outcomes));
    await leave(party);
  }
}

async function* measureWays(url: string): AsyncGenerator<Figure> {
  const swarmId = `bench-${randomUUID()}`;
  const [leader, follower] = await Promise.all([
    join({ url, swarmId, agentId: "leader" }),
    join({ url, swarmId, agentId: "follower" }),
  ]);
  const election = await lead(leader);
  await meetIncidents(leader, election, follower, 100, 2_000);
  const turns = await meetIncidents(leader, election, follower, pace.perSecond, pace.seconds * 1_000);
  const conditions = `leader and follower, ${pace.perSecond}/s for ${pace.seconds} s`;
  const named = { suite, unit: "ms" };
  const led = turns.map((turn) => turn.leader);
  yield distribution({ ...named, conditions, name: "committed first, by the leader" }, latencies(led));
  const adopted = turns.map((turn) => turn.follower);
  yield distribution({ ...named, conditions, name: "adopted, from the push" }, latencies(adopted));
  const late = await join({ url, swarmId, agentId: "late" });
  const incidents = turns.map((turn) => turn.leader.decision.incidentId);
  const ask = (incidentId: string): Promise<DecideOutcome> =>
    late.loop.decide({ agentId: "late", incarnation: 1, reading: { temperature: 85 }, incidentId });
  const asked = (): Promise<DecideOutcome[]> =>
    openLoop(pace.perSecond, (incidents.length / pace.perSecond) * 1_000, (index) => ask(incidents[index]!));
  const told = `an agent that joined after them asks about the same ${incidents.length} incidents`;
  yield distribution({ ...named, conditions: told, name: "adopted, from the ledger" }, latencies(await asked()));
  const again = `${told} once more`;
  yield distribution({ ...named, conditions: again, name: "adopted, from memory" }, latencies(await asked()));
  await election.stop();
  await Promise.all([leader, follower, late].map(leave));
}

async function* measureReasoner(url: string): AsyncGenerator<Figure> {
  const swarmId = `bench-${randomUUID()}`;
  const reasoner = createPonderousReasoner(swarmId);
  const [leader, follower] = await Promise.all([
    join({ url, swarmId, agentId: "leader", reasoner }),
    join({ url, swarmId, agentId: "follower", reasoner }),
  ]);
  const election = await lead(leader);
  const turns = await meetIncidents(leader, election, follower, pace.perSecond, pace.seconds * 1_000);
  const conditions = `a reasoner of 50 to 100 ms, leader and follower, ${pace.perSecond}/s for ${pace.seconds} s`;
  for (const role of ["leader", "follower"] as const) {
    const outcomes = turns.map((turn) => turn[role]);
    yield distribution({ suite, name: `decision, ${role}`, conditions, unit: "ms" }, latencies(outcomes));
  }
  await election.stop();
  await Promise.all([leave(leader), leave(follower)]);
}

/** What a crowd of 50 is to do. */
interface CrowdLoad {
  /** Of each agent. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Of their own, each; else every agent meets every incident. */
  readonly own?: boolean;
  readonly ponders?: boolean;
  readonly leaderFirstMs?: number;
}

const processes = 5;
const { leaderFirstMs: shippedFirstMs } = defaultPolicy;
const crowdLoads: readonly CrowdLoad[] = [
  ...[10, 50, 100].map((perSecond) => ({ perSecond, seconds: 8 })),
  { perSecond: 10, seconds: 5, ponders: true },
  { perSecond: 10, seconds: 4, own: true },
  // What the store and the machine bear by themselves: nobody waits for a leader that does not meet the incident.
  ...[10, 20, 40, 100].map((perSecond) => ({ perSecond, seconds: 4, own: true, leaderFirstMs: 1 })),
];

function conditionsOf({ perSecond, seconds, own = false, ponders = false, leaderFirstMs }: CrowdLoad): string {
  const asked = ponders ? "a reasoner of 50 to 100 ms" : "rules";
  const first = `, the leader's chance to be first ${leaderFirstMs ?? shippedFirstMs} ms`;
  const whose = own ? `incidents of its own${first}, each` : "each";
  return `50 agents in ${processes} processes, ${asked}, ${whose} ${perSecond}/s for ${seconds} s`;
}

async function* measureCrowd(url: string, load: CrowdLoad): AsyncGenerator<Figure> {
  const { perSecond, seconds, own = false, ponders = false, leaderFirstMs = shippedFirstMs } = load;
  const size = { processes, agentsPerProcess: 10 };
  const crowd = await startCrowd({ url, swarmId: `bench-${randomUUID()}`, ...size, ponders, leaderFirstMs });
  const accounts = await crowd.decide({ perSecond, own, forMs: seconds * 1_000, warmMs: 2_000 });
  const conditions = conditionsOf(load);
  const unit = "ms";
  for (const source of ["committed", "adopted", "safe-alone"] as const) {
    const samples = accounts.flatMap((account) => account.latenciesMs[source]);
    if (samples.length > 0) yield distribution({ suite, name: `decision, ${source}`, conditions, unit }, samples);
  }
  const all = accounts.flatMap(({ latenciesMs }) => Object.values(latenciesMs).flat());
  yield distribution({ suite, name: "decision", conditions, unit }, all);
  const refused = accounts.reduce((sum, account) => sum + account.refused, 0);
  yield single({ suite, name: "refused, too many under way", conditions, unit: "decisions" }, refused, all.length);
  const hits = accounts.reduce((sum, { contextHits }) => sum + contextHits, 0);
  yield single({ suite, name: "context hit rate", conditions, unit: "share" }, hits / all.length, all.length);
}

/** The suite. */
export const decisionLatencySuite: Suite = {
  name: suite,
  about:
    "Latency of a decision by the way in which it is come to, over a real Redis on the same machine: aim p95 20 ms with the " +
    "rules at 100 decisions a second for each of 50 agents, and 200 ms with a reasoner of 50 to 100 ms.",
  async *measure(say) {
    await using server = await acquireTestRedis();
    say("one agent, with a fresh context and with a cold one");
    yield* measureContext(server.url);
    say("leader, follower, and one that comes later");
    yield* measureWays(server.url);
    say("a reasoner that takes its time");
    yield* measureReasoner(server.url);
    for (const load of crowdLoads) {
      say(conditionsOf(load));
      yield* measureCrowd(server.url, load);
    }
  },
};
