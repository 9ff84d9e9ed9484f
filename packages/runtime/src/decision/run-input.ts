/** What a decision rests on before anybody is asked, and what the swarm's health alone makes of it (D2). */
import { isSafeMode, safeVerdict, type DecisionInput, type Verdict } from "@entrain/core/decision";
import type { RunTask } from "./run-contract.ts";

/** The input of a decision on the task. */
export function inputOf({ reading, context, basis }: RunTask): DecisionInput {
  const { policy, contextVersion, policyHash } = basis;
  const { health } = context;
  return { reading, health, safeMode: isSafeMode(health, policy), contextVersion, policyHash };
}

/** The verdict of safe mode, whatever rules and reasoners would say; undefined where the swarm is not in it. */
export function safeModeVerdict({ basis }: RunTask, { health, safeMode }: DecisionInput): Verdict | undefined {
  if (!safeMode) return undefined;
  return safeVerdict(basis.policy, `the swarm's health (${health}) is under ${basis.policy.safeModeHealth}`);
}
