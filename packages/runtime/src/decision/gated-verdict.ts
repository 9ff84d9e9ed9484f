/**
 * The safety gate on a verdict's way to the ledger: where its action reaches the whole fleet, the members are read and the gate
 * judges; what it blocks becomes the safe action, with the reason. Without the members there is no judgement, and that blocks.
 */
import { EntrainError } from "@entrain/kernel";
import {
  gateError,
  judgeFleetAction,
  noAction,
  safeVerdict,
  type FleetMember,
  type GateVerdict,
  type Verdict,
} from "@entrain/core/decision";
import { fleetMembers } from "./fleet-members.ts";
import type { RunSurroundings, RunTask } from "./run-contract.ts";

/** What is to be proposed, and the fleet that it was judged by. */
export interface GatedVerdict {
  readonly verdict: Verdict;
  readonly fleet?: readonly FleetMember[];
}

/** Judges, at the latest at `untilMs` (monotonic); never rejects. */
export async function gatedVerdict(
  surroundings: Pick<RunSurroundings, "registry" | "clock" | "timers" | "events">,
  { agentId, classification, basis }: RunTask,
  verdict: Verdict,
  untilMs: number,
): Promise<GatedVerdict> {
  const { policy } = basis;
  const { action } = verdict;
  const { safetyGate: gate } = policy;
  if (gate === undefined || action === noAction || action === policy.safeAction) return { verdict };
  if (classification.rule?.scope !== "fleet" && !Object.hasOwn(gate.effects, action)) return { verdict };
  const { events } = surroundings;
  const fleet = await fleetMembers(surroundings, untilMs).catch((thrown: unknown) => EntrainError.from(thrown).message);
  const judgement = typeof fleet === "string" ? gateError(action, fleet) : judgeFleetAction(action, fleet, gate);
  events({ kind: "gate.judged", agentId, action, ...toldOf(judgement) });
  return {
    verdict: judgement.kind === "passed" ? verdict : safeVerdict(policy, judgement.message),
    // What nothing was simulated on is unchecked (a health that is no number, too many members), and no input to judge by again.
    ...(typeof fleet === "string" || !("simulation" in judgement) ? {} : { fleet }),
  };
}

function toldOf(judgement: GateVerdict) {
  if (judgement.kind === "passed") return { outcome: "passed", message: "", ...judgement.simulation } as const;
  const { cause, message } = judgement;
  const none = { members: 0, failed: 0, failedAtOnce: 0 };
  return { outcome: cause, message, ...(cause === "risk" ? judgement.simulation : none) } as const;
}
