/** Earlier versions, made from the present one and the changes since (C3), and how much history is kept. */
import { EntrainError } from "@entrain/kernel";
import { undo } from "./changes.ts";
import type { ContextDocument, SharedDocument } from "./document.ts";
import type { ContextEntry } from "./entry.ts";

/** How much history is kept; whatever is over one of them goes, oldest first. */
export interface HistoryLimits {
  readonly versionsMax: number;
  readonly ageMaxMs: number;
  /** Characters of all entries together. */
  readonly charactersMax: number;
}

/** Kept where the document's `/policy/history` says nothing else; its largest values. */
export const historyLimits = {
  usual: { versionsMax: 1_000, ageMaxMs: 7 * 86_400_000, charactersMax: 16 * 1_024 * 1_024 },
  most: { versionsMax: 100_000, ageMaxMs: 365 * 86_400_000, charactersMax: 256 * 1_024 * 1_024 },
} as const satisfies Record<string, HistoryLimits>;

/** What `/policy/history` of the document says: `versionsMax`, `ageMaxMs`, `charactersMax`, each of which may be missing. */
export function historyLimitsOf({ policy }: SharedDocument): HistoryLimits {
  const said = memberOf(policy, "history");
  const limit = (name: keyof HistoryLimits): number => {
    const value = memberOf(said, name);
    const isLimit = typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
    return Math.min(isLimit ? value : historyLimits.usual[name], historyLimits.most[name]);
  };
  return { versionsMax: limit("versionsMax"), ageMaxMs: limit("ageMaxMs"), charactersMax: limit("charactersMax") };
}

/**
 * The document as it was in `version`; `entries` are all versions after it, in order, the last one the present.
 * @throws EntrainError `internal` where the entries do not reach from the one to the other.
 */
export function documentAt(
  present: ContextDocument,
  entries: readonly ContextEntry[],
  version: number,
): SharedDocument {
  if ((entries.at(-1)?.version ?? version) !== present.version || entries.some((entry) => entry.version <= version))
    throw new EntrainError("internal", `the entries do not lead from version ${present.version} to ${version}`);
  return entries.reduceRight((document, entry) => undo(document, entry.changes), present.document);
}

/** The answer to whoever asks for a version that the history has dropped. */
export function compactedError(version: number, oldest: number): EntrainError {
  const remedy = compactedRemedy(oldest);
  return new EntrainError("compacted", `version ${version} is compacted, the oldest is ${oldest}: ${remedy}`, {
    field: "version",
    value: oldest,
    remedy,
  });
}

/** What a history that does not reach back to the first version says of it; undefined of one that does. */
export function compactedNote(
  oldest: number,
  { versionsMax, ageMaxMs, charactersMax }: HistoryLimits,
): string | undefined {
  if (oldest <= 1) return undefined;
  const kept = `${versionsMax} versions, ${ageMaxMs} ms, ${charactersMax} characters`;
  return `what came before is compacted, the oldest is ${oldest}: /policy/history keeps ${kept}; ${compactedRemedy(oldest)}`;
}

const compactedRemedy = (oldest: number): string => `ask for version ${oldest} or later, or read the whole document`;

/** A member of an object; undefined for anything else. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
