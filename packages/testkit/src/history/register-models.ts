/** Sequential models of registers: one that is written again and again, and one that is decided once (D1). */
import type { SequentialModel } from "./operation.ts";

/** What is done to a register; values are texts. */
export type RegisterInput =
  | { readonly kind: "read" }
  | { readonly kind: "write"; readonly value: string }
  | { readonly kind: "compare-and-set"; readonly from: string | null; readonly to: string };

/** A read answers the value (null: none); a compare-and-set whether it took place. */
export type RegisterOutput =
  | { readonly kind: "value"; readonly value: string | null }
  | { readonly kind: "written" }
  | { readonly kind: "compared"; readonly equal: boolean };

/** A register that anybody may overwrite. */
export const registerModel: SequentialModel<string | null, RegisterInput, RegisterOutput> = {
  initial: null,
  step(state, input, output) {
    switch (input.kind) {
      case "read":
        return output?.kind === "value" && output.value === state ? state : undefined;
      case "write":
        return input.value;
      case "compare-and-set": {
        const equal = state === input.from;
        if (output !== undefined && (output.kind !== "compared" || output.equal !== equal)) return undefined;
        return equal ? input.to : state;
      }
    }
  },
  keyOf: (state) => JSON.stringify(state),
};

/** A proposal for the one value of a register, or a look at it. */
export type DecisionInput = { readonly kind: "propose"; readonly value: string } | { readonly kind: "look" };

/** What stands: after a proposal always something. */
export interface DecisionOutput {
  readonly standing: string | null;
}

/** A register whose first proposal stands for ever (D1). */
export const decisionModel: SequentialModel<string | null, DecisionInput, DecisionOutput> = {
  initial: null,
  step(state, input, output) {
    const next = input.kind === "propose" ? (state ?? input.value) : state;
    return output === undefined || output.standing === next ? next : undefined;
  },
  keyOf: (state) => JSON.stringify(state),
};
