/**
 * Where each agent's phase is at any instant between two looks: it goes on at its period, and a new look bends it
 * smoothly to where it was seen, so that the circle never jumps for a correction of a few degrees.
 */
import type { AgentView } from "../../../src/contract/agent-view.ts";

const turn = 2 * Math.PI;
/** A correction beyond this is shown at once, rad: something really moved. */
const jumpRad = 0.5;
/** Share of a correction that is left after this long, ms: 1/e. */
const easeMs = 150;

/** An agent on the circle. */
export interface PhasePoint {
  readonly agentId: string;
  readonly isLeader: boolean;
  /** [0, 2π) rad. */
  readonly phaseRad: number;
}

/** The phases of all agents that are heard of. */
export interface PhaseBoard {
  /** Takes in what was seen; `atMs` is the instant of it on the page's monotonic clock. */
  observe(
    agents: readonly Pick<AgentView, "agentId" | "role" | "state" | "phaseRad" | "periodMs">[],
    atMs: number,
  ): void;
  /** The points at an instant, in the order in which the agents came. */
  at(nowMs: number): readonly PhasePoint[];
}

interface Track {
  readonly isLeader: boolean;
  readonly phaseRad: number;
  readonly periodMs: number;
  readonly atMs: number;
  /** What is drawn is ahead of what was seen by this much at `atMs`, rad. */
  readonly aheadRad: number;
}

/** A board without agents. */
export function createPhaseBoard(): PhaseBoard {
  let tracks = new Map<string, Track>();
  return {
    observe(agents, atMs) {
      const next = new Map<string, Track>();
      for (const { agentId, role, state, phaseRad, periodMs } of agents) {
        if (state === "dead" || state === "left" || phaseRad === null || periodMs === null) continue;
        const before = tracks.get(agentId);
        const gap = before === undefined ? 0 : difference(phaseOf(before, atMs), phaseRad);
        const aheadRad = Math.abs(gap) > jumpRad ? 0 : gap;
        next.set(agentId, { isLeader: role === "leader", phaseRad, periodMs, atMs, aheadRad });
      }
      tracks = next;
    },
    at: (nowMs) =>
      Array.from(tracks, ([agentId, track]) => ({
        agentId,
        isLeader: track.isLeader,
        phaseRad: phaseOf(track, nowMs),
      })),
  };
}

function phaseOf({ phaseRad, periodMs, atMs, aheadRad }: Track, nowMs: number): number {
  const passedMs = nowMs - atMs;
  const eased = aheadRad * Math.exp(-Math.max(0, passedMs) / easeMs);
  return wrapped(phaseRad + (turn * passedMs) / periodMs + eased);
}

const wrapped = (rad: number): number => ((rad % turn) + turn) % turn;

/** `a` − `b` the short way round, [−π, π). */
function difference(a: number, b: number): number {
  return wrapped(a - b + Math.PI) - Math.PI;
}
