/**
 * What the shared document says of sessions that say nothing themselves: `/configuration/timeouts/session` and `/step` (ms),
 * `/configuration/retries/step/attemptsMax`, `/configuration/coordination/iterationsMax`. Read where a session is made and kept
 * with it, so that a later change is that of later sessions, and whoever takes one over offers the same steps.
 */
import { memberAt, type SharedDocument } from "../context/index.ts";
import { taskLimits } from "../task/index.ts";
import { sessionLimits } from "./session.ts";

/** Defaults of a session; what is left out is as it is documented. */
export interface SessionDefaults {
  /** Of the whole session, ms. */
  readonly timeoutMs?: number;
  readonly iterationsMax?: number;
  /** Of each try of a step, ms. */
  readonly stepTimeoutMs?: number;
  /** Tries of a step. */
  readonly stepTriesMax?: number;
}

/** What the document says; a number that a session could not have is as if it were not there. */
export function sessionDefaults(document: SharedDocument): SessionDefaults {
  const configuration = document["configuration"];
  const read = (path: readonly string[], least: number, most: number): number | undefined => {
    const value = memberAt(configuration, path);
    return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
  };
  const { least, most } = sessionLimits.timeoutMs;
  const said = {
    timeoutMs: read(["timeouts", "session"], least, most),
    iterationsMax: read(["coordination", "iterationsMax"], 1, sessionLimits.iterations.most),
    stepTimeoutMs: read(["timeouts", "step"], 1, most),
    stepTriesMax: read(["retries", "step", "attemptsMax"], 1, taskLimits.tries.most),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
