/**
 * The safe actions that agents took alone (D3), each with its cause and with what its agent did about the same thing later:
 * what a run over decisions has to account for one by one, for a count alone shows nobody why.
 */
import type { RecordedAct } from "./divergence-checker.ts";

/** One safe action taken alone. */
export interface LoneAct {
  /** The life of the process in which it was taken. */
  readonly process: string;
  readonly agentId: string;
  /** Fingerprint and ordinal, or the caller's name; ends with `/alone` where the store could not be asked for an ordinal. */
  readonly incident: string;
  readonly action: string;
  readonly atUnixMs: number;
  readonly cause: string;
  /**
   * What the agent, in whichever life, did last about what it met here: `decided` the swarm's decision, `repeated` the same safe
   * action alone again, `nothing` it did not meet it again.
   */
  readonly afterwards: "decided" | "repeated" | "nothing";
}

/** All of them, in the order of `acts`, which are in each agent's own order. */
export function listLoneActs(acts: readonly RecordedAct[]): readonly LoneAct[] {
  const last = new Map(acts.map((act) => [metKey(act), act]));
  return acts
    .filter(({ source }) => source === "safe-alone")
    .map((act) => {
      const latest = last.get(metKey(act));
      const { process, agentId, action, atUnixMs, cause } = act;
      const decided = latest?.source === "committed" || latest?.source === "adopted";
      const afterwards = latest === act ? "nothing" : decided ? "decided" : "repeated";
      return { process, agentId, incident: incidentOf(act), action, atUnixMs, cause: cause ?? "none", afterwards };
    });
}

function metKey({ agentId, met }: RecordedAct): string {
  return JSON.stringify([agentId, met]);
}

/** The decision's own random name is left out of an incident that has no ordinal. */
function incidentOf({ incidentId, decisionId }: RecordedAct): string {
  const own = `/${decisionId}`;
  return incidentId.endsWith(`/alone${own}`) ? incidentId.slice(0, -own.length) : incidentId;
}
