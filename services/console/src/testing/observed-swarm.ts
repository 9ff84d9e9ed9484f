/**
 * A swarm in virtual time, as its observers see it: agents that run straight lines of time to cycles, observed every
 * 100 ms, measured at every step.
 */
import type { GoalRecord } from "@entrain/core/rhythm";
import type { MemberRecord } from "@entrain/core/membership";
import type { FiredBeat, Observation } from "@entrain/ports";
import type { SwarmEvent } from "../contract/swarm-event.ts";
import type { Instant } from "../swarm-model/instant.ts";
import { at, beatOf, goalOf, observationOf, sampleOf } from "./facts.ts";

/** Something that is fed observations and ticks. */
export interface Observer {
  observe(now: Instant, observation: Observation): readonly SwarmEvent[];
  tick(now: Instant): void;
}

/** One agent's line: how far ahead of the goal's cycle it is, and what is wrong with it. */
export interface AgentLine {
  readonly member: MemberRecord;
  /** Cycles ahead. */
  readonly ahead?: number;
  /** Its clock's rate, 1 is exact. */
  readonly rate?: number;
  /** It says nothing in these seconds. */
  readonly silent?: { readonly from: number; readonly until: number };
}

/** Runs the agents from `from` to `until` (seconds) under `goal`, and returns all events. */
export function runObserved(
  observer: Observer,
  agents: readonly AgentLine[],
  span: { readonly from: number; readonly until: number; readonly goal?: GoalRecord },
): SwarmEvent[] {
  const goal = span.goal ?? goalOf();
  const events: SwarmEvent[] = [];
  for (let tenth = Math.round(span.from * 10); tenth < Math.round(span.until * 10); tenth++) {
    const seconds = tenth / 10;
    for (const line of agents) {
      const { silent, member } = line;
      if (silent !== undefined && seconds >= silent.from && seconds < silent.until) continue;
      const phases = [sampleOf(member.agentId, cycleOf(line, goal, seconds), { incarnation: member.incarnation })];
      const beats = beatsOf(line, goal, (tenth - 1) / 10, seconds);
      events.push(...observer.observe(at(seconds), observationOf(seconds, { goal, phases, beats })));
    }
    observer.tick(at(seconds));
  }
  return events;
}

function cycleOf({ ahead = 0, rate = 1 }: AgentLine, goal: GoalRecord, seconds: number): number {
  return (seconds * 1e9 * rate) / goal.periodNs + ahead;
}

function beatsOf(line: AgentLine, goal: GoalRecord, after: number, until: number): FiredBeat[] {
  const { ahead = 0, rate = 1, member } = line;
  const beats: FiredBeat[] = [];
  for (let beat = Math.floor(cycleOf(line, goal, after)) + 1; beat <= cycleOf(line, goal, until); beat++) {
    const seconds = ((beat - ahead) * goal.periodNs) / rate / 1e9;
    beats.push(beatOf(member.agentId, beat, seconds, { goalVersion: goal.goalVersion }));
  }
  return beats;
}
