/** Assertions that cite an invariant of the design by its name (L1, C1, R4 …). */
import { EntrainError } from "./errors.ts";

/** Throws an `internal` EntrainError that names the broken invariant, unless `condition` holds. */
export function assertInvariant(condition: boolean, name: string, message: string): asserts condition {
  if (!condition) throw new EntrainError("internal", `${name} is broken: ${message}`);
}
