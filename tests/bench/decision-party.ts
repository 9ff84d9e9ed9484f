/**
 * Parties for the benches of decisions: each a process's worth of a decision loop, with connections of its own, in the process
 * of the bench.
 */
import { createHash, randomUUID } from "node:crypto";
import { electionTimings } from "@entrain/core/election";
import type { DecideOutcome, EventSink, Reasoner } from "@entrain/ports";
import { compilePolicy, createRulesReasoner } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import {
  ContextFollower,
  createDecisionLoop,
  createSystemClock,
  ElectionLoop,
  initialDocument,
  systemTimers,
  type DecisionLoop,
} from "@entrain/runtime";
import { openLoop } from "./open-loop.ts";

/** Oldest context that counts as fresh, ms: the loop's default. */
export const contextMaxAgeMs = 100;
const clock = createSystemClock();

/** Who is to join what. */
export interface PartyWish {
  readonly url: string;
  readonly swarmId: string;
  readonly agentId: string;
  /** After so long without a use the context is no longer kept fresh, ms (default 60,000). */
  readonly idleAfterMs?: number;
  /** Default: the rules. */
  readonly reasoner?: Reasoner;
  /** Receives what the loop has to tell. */
  readonly events?: EventSink;
}

/** One process's worth of a decision loop, with connections of its own. */
export interface Party {
  readonly agentId: string;
  readonly store: RedisStore;
  readonly context: ContextFollower;
  readonly loop: DecisionLoop;
}

/** A loop that has not started, over the connection of others. */
export function createLoop(wish: PartyWish, store: RedisStore, context: ContextFollower): DecisionLoop {
  const { idleAfterMs = 60_000, reasoner = createRulesReasoner(), events = () => undefined } = wish;
  return createDecisionLoop({
    context,
    clock,
    timers: systemTimers,
    ledger: store.ledger,
    health: store.health,
    globalState: store.globalState,
    registry: store.registry,
    reasoner,
    compile: compilePolicy,
    events,
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    newId: () => `d-${randomUUID()}`,
    timings: { contextMaxAgeMs, contextIdleAfterMs: idleAfterMs },
  });
}

/** Connects a party to the Redis at `url`, and warms nothing up. */
export async function join(wish: PartyWish): Promise<Party> {
  const { url, swarmId, agentId } = wish;
  const store = createRedisStore({ redis: url, swarmId, clock, timers: systemTimers });
  await store.connect();
  const context = new ContextFollower({
    store: store.context,
    health: store.health,
    timers: systemTimers,
    events: () => undefined,
    initial: initialDocument(),
    seed: agentId,
  });
  context.start();
  const loop = createLoop(wish, store, context);
  await loop.start();
  return { agentId, store, context, loop };
}

/** Ends a party. */
export async function leave({ loop, context, store }: Party): Promise<void> {
  await loop.stop();
  context.stop();
  await store.close();
}

/** Lets a party lead; resolves when it does. */
export async function lead({ agentId, store }: Party): Promise<ElectionLoop> {
  const elected = Promise.withResolvers<undefined>();
  const election = new ElectionLoop({
    store: store.election(),
    clock,
    timers: systemTimers,
    events: () => undefined,
    timings: electionTimings(),
    agentId,
    incarnation: 1,
    onLeader: ({ leaderId }) => {
      if (leaderId === agentId) elected.resolve(undefined);
    },
  });
  election.start();
  await elected.promise;
  return election;
}

/** What one instant of the schedule came to. */
interface Turn {
  readonly leader: DecideOutcome;
  readonly follower: DecideOutcome;
}

/** Both parties meet one incident after the other at this rate. @throws Error where they disagree: then no figure counts. */
export function meetIncidents(
  leader: Party,
  election: ElectionLoop,
  follower: Party,
  perSecond: number,
  forMs: number,
) {
  const batch = randomUUID();
  return openLoop(perSecond, forMs, async (index): Promise<Turn> => {
    const question = { incarnation: 1, reading: { temperature: 85, subject: `${batch}-${index}` } };
    const leadership = election.leadership();
    const [led, followed] = await Promise.all([
      leader.loop.decide({ ...question, agentId: leader.agentId, ...(leadership && { leadership }) }),
      follower.loop.decide({ ...question, agentId: follower.agentId }),
    ]);
    if (led.decision.decisionId !== followed.decision.decisionId)
      throw new Error(`two decisions on one incident: ${led.source} ${led.decision.action}, ${followed.source}`);
    return { leader: led, follower: followed };
  });
}
