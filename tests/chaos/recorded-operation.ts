/**
 * What workers record, and how it falls apart into the histories of the objects behind it. A fenced commit is one call that
 * concerns two objects: the leadership whose fence it carries, and the decision register of its incident.
 */
import type {
  DecisionInput,
  DecisionOutput,
  HeldTerm,
  LeadershipInput,
  LeadershipOutput,
  Operation,
  RegisterInput,
  RegisterOutput,
} from "@entrain/testkit/history";

/** One call of a worker. */
export type RecordedInput =
  | { readonly on: "leadership"; readonly does: LeadershipInput }
  | {
      readonly on: "decision";
      readonly incidentId: string;
      /** The id of the proposal; null: a look. */
      readonly proposes: string | null;
      readonly fence: HeldTerm | null;
    }
  /** The text that a lock guards; `saves` null: a look. */
  | { readonly on: "guarded"; readonly saves: string | null; readonly fence: HeldTerm | null };

/** Its answer. `stale`: the fence was refused. */
export type RecordedOutput =
  | { readonly of: "leadership"; readonly was: LeadershipOutput }
  | { readonly of: "decision"; readonly standing: string | null }
  | { readonly of: "guarded"; readonly text: string | null }
  | { readonly of: "stale" };

/** One recorded operation. */
export type RecordedOperation = Operation<RecordedInput, RecordedOutput>;

/** The part of a history that concerns the leadership. */
export function leadershipHistory(
  history: readonly RecordedOperation[],
): readonly Operation<LeadershipInput, LeadershipOutput>[] {
  return history.flatMap(({ input, output, ...rest }): Operation<LeadershipInput, LeadershipOutput>[] => {
    if (input.on === "leadership")
      return [{ ...rest, input: input.does, output: output?.of === "leadership" ? output.was : undefined }];
    // An effect without an answer changes nothing about the leadership.
    if (input.fence === null || output === undefined) return [];
    const was: LeadershipOutput = { kind: output.of === "stale" ? "refused" : "done" };
    return [{ ...rest, input: { kind: "effect", held: input.fence }, output: was }];
  });
}

/** The histories of the decision registers, by incident. */
export function decisionHistories(
  history: readonly RecordedOperation[],
): ReadonlyMap<string, readonly Operation<DecisionInput, DecisionOutput>[]> {
  const byIncident = new Map<string, Operation<DecisionInput, DecisionOutput>[]>();
  for (const { input, output, ...rest } of history) {
    if (input.on !== "decision" || output?.of === "stale") continue;
    const operations = byIncident.get(input.incidentId) ?? [];
    byIncident.set(input.incidentId, operations);
    operations.push({
      ...rest,
      input: input.proposes === null ? { kind: "look" } : { kind: "propose", value: input.proposes },
      output: output?.of === "decision" ? { standing: output.standing } : undefined,
    });
  }
  return byIncident;
}

/** The history of the text that a lock guards: a register that every accepted save overwrites. */
export function guardedHistory(
  history: readonly RecordedOperation[],
): readonly Operation<RegisterInput, RegisterOutput>[] {
  return history.flatMap(({ input, output, ...rest }): Operation<RegisterInput, RegisterOutput>[] => {
    if (input.on !== "guarded" || output?.of === "stale") return [];
    if (input.saves !== null)
      return [{ ...rest, input: { kind: "write", value: input.saves }, output: output && { kind: "written" } }];
    if (output?.of !== "guarded") return [];
    return [{ ...rest, input: { kind: "read" }, output: { kind: "value", value: output.text } }];
  });
}
