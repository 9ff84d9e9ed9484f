/** The sequential model of a lock without leases: whoever has it keeps it until it is released. */
import type { SequentialModel } from "./operation.ts";

/** An attempt to take the lock, or its release; `owner` is whoever calls. */
export interface LockInput {
  readonly kind: "acquire" | "release";
  readonly owner: string;
}

/** Whether the lock was taken, or was given up by this call. */
export interface LockOutput {
  readonly done: boolean;
}

/** A lock that is not re-entrant. The state is its owner. */
export const lockModel: SequentialModel<string | null, LockInput, LockOutput> = {
  initial: null,
  step(state, { kind, owner }, output) {
    const possible = kind === "acquire" ? state === null : state === owner;
    const next = kind === "acquire" ? owner : null;
    if (output !== undefined && output.done !== possible) return undefined;
    return possible ? next : state;
  },
  keyOf: (state) => state ?? "",
};
