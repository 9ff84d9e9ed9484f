/**
 * Safe actions that were taken alone and are to be compared with the ledger once it is in reach again (D3). Bounded: when
 * the list is full the oldest act is given up, and the caller is told. An act whose occurrence the store never named
 * can be placed only while that occurrence is still open; after its cooldown it is given up as well.
 */
import type { Fingerprint } from "./incident.ts";

/** One safe action taken alone. */
export interface LoneAct {
  readonly agentId: string;
  readonly decisionId: string;
  readonly action: string;
  readonly fingerprint: Fingerprint;
  readonly incidentId: string;
  /** The store or the caller named the incident; otherwise its id is this act's own (`loneIncidentId`). */
  readonly placed: boolean;
  /** The policy's cooldown at the time, ms. */
  readonly cooldownMs: number;
  /** Monotonic ms. */
  readonly actedMs: number;
}

/** The acts that wait, oldest first. */
export interface LoneActs {
  /** Returns the act that had to be given up for this one, if any. */
  add(act: LoneAct): LoneAct | undefined;
  /** The oldest act; undefined when all are settled. */
  oldest(): LoneAct | undefined;
  /** The act needs no more attention. */
  settle(decisionId: string): void;
  readonly size: number;
}

/** An empty list of at most `limit` acts (default 100). */
export function createLoneActs(limit = 100): LoneActs {
  const acts: LoneAct[] = [];
  return {
    add(act) {
      acts.push(act);
      return acts.length > limit ? acts.shift() : undefined;
    },
    oldest: () => acts[0],
    settle(decisionId) {
      const index = acts.findIndex((act) => act.decisionId === decisionId);
      if (index >= 0) acts.splice(index, 1);
    },
    get size() {
      return acts.length;
    },
  };
}

/** How to find the act's incident in the ledger: by its id, by its fingerprint while that is open, or no more. */
export function wayToLookUp(act: LoneAct, nowMs: number): "read" | "open" | "given-up" {
  if (act.placed) return "read";
  return nowMs - act.actedMs <= act.cooldownMs ? "open" : "given-up";
}
