/** What the reasoner says of an incident, or the safe verdict where it fails; each failure is counted and told once. */
import { arbitrate, ruleVerdict, safeVerdict, type Policy, type Rule, type Verdict } from "@entrain/core/decision";
import { askReasoner } from "./ask-reasoner.ts";
import type { RunSurroundings, RunTask } from "./run-contract.ts";

/** The verdict, at the latest at `untilMs` (monotonic); `stop`: the answer has become pointless. */
export async function reasonedVerdict(
  surroundings: Pick<RunSurroundings, "reasoner" | "reasonings" | "clock" | "timers" | "events">,
  { reading, classification, context, basis }: Pick<RunTask, "reading" | "classification" | "context" | "basis">,
  untilMs: number,
  stop: AbortSignal,
): Promise<Verdict> {
  const { reasoner, reasonings, clock, timers, events } = surroundings;
  const { fingerprint, rule } = classification;
  const question = { reading, fingerprint, rule, context, policy: basis.policy };
  const answer = await askReasoner({ reasoner, question, untilMs, stop, clock, timers });
  const failed = answer.kind === "failed";
  // A question that became pointless says nothing about the reasoner.
  if (!stop.aborted) reasonings.record(clock.monoMs(), failed);
  if (!failed) return arbitratedVerdict(answer.verdict, rule, basis.policy);
  const { cause, message } = answer;
  if (!stop.aborted) events({ kind: "reasoner.failed", reasoner: reasoner.name, cause, message });
  return safeVerdict(basis.policy, `reasoner ${reasoner.name} failed (${cause}): ${message}`);
}

/** What a reasoner said, weighed against the rule that concerns the reading where the policy wants that. */
function arbitratedVerdict(local: Verdict, rule: Rule | undefined, { arbitration }: Policy): Verdict {
  if (rule === undefined || arbitration === undefined) return local;
  return arbitrate(ruleVerdict(rule), local, arbitration);
}
