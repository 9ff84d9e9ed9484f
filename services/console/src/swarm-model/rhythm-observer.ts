/**
 * The rhythm as an observer sees it (R3): phases of all alive agents projected to one instant, beats on the console's own
 * monotonic clock, convergence over a whole window.
 *
 * The window begins anew with every join, leave, death and goal; when the goal takes effect; and when an alive agent that
 * could not be heard is heard again. While one is unheard nothing is called converged.
 */
import { canonicalJson } from "@entrain/kernel";
import {
  convergenceWindowNs,
  createConvergenceMonitor,
  isNewerGoal,
  medianOf,
  phaseOfCycle,
  type ConvergenceMonitor,
  type ConvergenceReading,
  type GoalRecord,
  type Recovery,
} from "@entrain/core/rhythm";
import type { MemberRecord } from "@entrain/core/membership";
import type { FiredBeat, Observation } from "@entrain/ports";
import type { GoalView, RecoveryView, RhythmView } from "../contract/rhythm-view.ts";
import type { SwarmEvent } from "../contract/swarm-event.ts";
import { createAgentTracks, instantOfBeat, periodNsOf, type AgentRhythm } from "./agent-tracks.ts";
import { unixMsAt, type Instant } from "./instant.ts";
import { peakLoad } from "./peak-load.ts";

/** Firings that are kept for the peak load: a window of more is cut to its newest. */
const firingsMax = 200_000;

/** One agent's rhythm as `GET /api/v1/agents` tells it; nulls where it is unknown. */
export interface AgentRhythmView {
  readonly phaseRad: number | null;
  readonly periodMs: number | null;
  readonly strategy: string | null;
  readonly energy: number | null;
  readonly lastBeatAt: number | null;
}

/** Whom to observe. */
export interface ObservedSwarm {
  readonly alive: readonly MemberRecord[];
  /** These and those that died or left lately. */
  readonly listed: readonly MemberRecord[];
  readonly aliveChanged: boolean;
}

/** The observer. */
export interface RhythmObserver {
  /** Who is alive and who is listed now; `aliveChanged` begins the window anew. */
  members(now: Instant, swarm: ObservedSwarm): void;
  /** A goal was set; one that is older than the known one is ignored. */
  goal(now: Instant, goal: GoalRecord): readonly SwarmEvent[];
  observe(now: Instant, observation: Observation): readonly SwarmEvent[];
  /** The store's goals may count from 1 again: the next one observed is in force. */
  resetGoal(): void;
  /** Measures; to be called every 100 ms. */
  tick(now: Instant): void;
  view(): RhythmView;
  /** The last disturbances, newest first, and what became of them. */
  recoveries(): readonly RecoveryView[];
  /** The swarm's count (R4): the median of the references of the alive agents that are heard; undefined: of none. */
  count(now: Instant): number | undefined;
  agent(now: Instant, member: MemberRecord): AgentRhythmView;
}

/** An observer of nobody yet. */
export function createRhythmObserver(): RhythmObserver {
  const tracks = createAgentTracks();
  let alive: readonly MemberRecord[] = [];
  let aliveIds: ReadonlySet<string> = new Set();
  let listedIds: ReadonlySet<string> = new Set();
  let goal: GoalRecord | undefined;
  let goalIsOpen = false;
  let monitor: ConvergenceMonitor | undefined;
  let reading: ConvergenceReading | undefined;
  let complete = false;
  let inEffect = false;
  let convergedAfterMs: number | null = null;
  let firings: { agentId: string; firedNs: number }[] = [];
  let recoveries: readonly RecoveryView[] = [];

  function restart(now: Instant): void {
    if (goal === undefined) return;
    if (monitor === undefined) monitor = createConvergenceMonitor(now.monoNs, goal);
    else monitor.restart(now.monoNs, goal);
    convergedAfterMs = null;
    reading = monitor.read(now.monoNs);
  }

  function adopt(now: Instant, next: GoalRecord): readonly SwarmEvent[] {
    const same = goal !== undefined && canonicalJson(goal) === canonicalJson(next);
    if (same) goalIsOpen = false;
    if (same || (!goalIsOpen && !isNewerGoal(next, goal))) return [];
    // Version 0 is what agents assume before anybody has set a goal.
    const isFirst = goal === undefined || goal.goalVersion === 0;
    goal = next;
    goalIsOpen = false;
    firings = [];
    restart(now);
    return isFirst ? [] : [{ type: "goal.changed", data: goalView(next) }];
  }

  function fired(now: Instant, beat: FiredBeat): SwarmEvent {
    const { agentId, goalVersion, intendedNs, firedNs } = beat;
    if (listedIds.has(agentId)) tracks.beat(agentId, firedNs);
    if (aliveIds.has(agentId) && goalVersion === goal?.goalVersion) {
      monitor?.beat(beat);
      firings.push({ agentId, firedNs });
    }
    const intendedAt = unixMsAt(now, intendedNs);
    const data = { agentId, goalVersion, beat: beat.beat, intendedAt, firedAt: unixMsAt(now, firedNs) };
    return { type: "beat", data };
  }

  function rhythmsOf(now: Instant): readonly AgentRhythm[] {
    return alive.map((member) => tracks.rhythmOf(member, now.monoNs)).filter((known) => known !== undefined);
  }

  function measure(now: Instant, inForce: GoalRecord, measuring: ConvergenceMonitor): void {
    const rhythms = rhythmsOf(now);
    const wasComplete = complete;
    complete = alive.length > 0 && rhythms.length === alive.length;
    const count = countOf(rhythms);
    const wasInEffect = inEffect;
    inEffect = count !== undefined && count >= inForce.effectiveBeat;
    // Also at the first count under the goal: the one before it lies on the slope of another.
    if (!inEffect || !wasInEffect) measuring.postpone(now.monoNs, inForce);
    else if (complete && !wasComplete) restart(now);
    measuring.cycles(
      now.monoNs,
      rhythms.map(({ cycle }) => cycle),
      rhythms.map(({ cycle, offsetCycles }) => cycle + offsetCycles),
    );
    reading = measuring.read(now.monoNs);
    recoveries = reading.recoveries.map((recovery) => recoveryView(now, recovery)).reverse();
    if (complete && reading.convergedSinceNs !== undefined)
      convergedAfterMs ??= Math.max(0, reading.convergedSinceNs - effectiveNs(rhythms, inForce)) / 1e6;
  }

  return {
    members(now, swarm) {
      alive = swarm.alive;
      aliveIds = new Set(alive.map(({ agentId }) => agentId));
      listedIds = new Set(swarm.listed.map(({ agentId }) => agentId));
      tracks.retain((agentId) => listedIds.has(agentId));
      if (swarm.aliveChanged) restart(now);
    },
    goal: adopt,
    observe(now, observation) {
      const goalEvents = observation.goal === undefined ? [] : adopt(now, observation.goal);
      const switches = tracks.observe(observation, (agentId) => listedIds.has(agentId));
      return [...goalEvents, ...switches, ...observation.beats.map((beat) => fired(now, beat))];
    },
    resetGoal() {
      goalIsOpen = true;
    },
    tick(now) {
      if (goal === undefined || monitor === undefined) return;
      const sinceNs = now.monoNs - convergenceWindowNs(goal.periodNs);
      firings = firings.filter(({ firedNs }) => firedNs >= sinceNs).slice(-firingsMax);
      measure(now, goal, monitor);
    },
    view() {
      const present = firings.filter(({ agentId }) => aliveIds.has(agentId)).map(({ firedNs }) => firedNs);
      const load = goal === undefined ? undefined : peakLoad(present, goal.periodNs, alive.length);
      return {
        goal: goal === undefined ? null : goalView(goal),
        strategy: mostCommon(alive.map(({ agentId }) => tracks.strategyOf(agentId))) ?? null,
        coherence: reading?.coherence ?? null,
        maxGapRatio: reading?.maxGapRatio ?? null,
        peakLoad: load ?? null,
        spreadMs: { p50: reading?.spreadMs.p50 ?? null, p99: reading?.spreadMs.p99 ?? null },
        cadenceErrorPpm: reading?.cadenceErrorPpm ?? null,
        converged: complete && (reading?.converged ?? false),
        convergedAfterMs,
      };
    },
    recoveries: () => recoveries,
    count: (now) => countOf(rhythmsOf(now)),
    agent(now, member) {
      const rhythm = member.state === "alive" ? tracks.rhythmOf(member, now.monoNs) : undefined;
      const lastBeatNs = tracks.lastBeatNs(member.agentId);
      return {
        phaseRad: rhythm === undefined ? null : phaseOfCycle(rhythm.cycle),
        periodMs: rhythm === undefined ? null : periodNsOf(rhythm) / 1e6,
        energy: (rhythm === undefined ? undefined : tracks.energyOf(member.agentId)) ?? null,
        strategy: (member.state === "alive" ? tracks.strategyOf(member.agentId) : undefined) ?? null,
        lastBeatAt: lastBeatNs === undefined ? null : unixMsAt(now, lastBeatNs),
      };
    },
  };
}

/** The goal record with its period in ms. */
export function goalView({ strategies, before: _, ...goal }: GoalRecord): GoalView {
  const named = strategies === undefined ? {} : { strategies: [...strategies] };
  return { ...goal, ...named, periodMs: goal.periodNs / 1e6 };
}

function recoveryView(now: Instant, { disturbedNs, worst, heldSinceNs, convergedSinceNs }: Recovery): RecoveryView {
  const sinceMs = (ns: number | undefined): number | null => (ns === undefined ? null : (ns - disturbedNs) / 1e6);
  const [heldAfterMs, convergedAfterMs] = [sinceMs(heldSinceNs), sinceMs(convergedSinceNs)];
  return { disturbedAt: unixMsAt(now, disturbedNs), worst: worst ?? null, heldAfterMs, convergedAfterMs };
}

function countOf(rhythms: readonly AgentRhythm[]): number | undefined {
  return medianOf(rhythms.map(({ cycle, offsetCycles }) => cycle + offsetCycles));
}

/** The observer's instant (ns) at which the goal took effect, by the median of the agents' own counts. */
function effectiveNs(rhythms: readonly AgentRhythm[], goal: GoalRecord): number {
  return medianOf(rhythms.map((rhythm) => instantOfBeat(rhythm, goal.effectiveBeat))) ?? Number.NaN;
}

/** The value that occurs most, of equals the one seen first; undefined ones do not count. */
function mostCommon(values: readonly (string | undefined)[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<[string, number] | undefined>(
    (best, entry) => (best === undefined || entry[1] > best[1] ? entry : best),
    undefined,
  )?.[0];
}
