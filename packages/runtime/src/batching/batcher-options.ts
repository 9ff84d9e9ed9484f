/** The options of a batcher in two types: what a user says, and the total, checked form. */
import { EntrainError, optionsOf } from "@entrain/kernel";

/** What a flush is told beside its items. */
export interface BatchInfo {
  /** The same for all attempts of a batch, and of no other: an idempotency key. */
  readonly key: string;
  /** The beat that it is flushed on; undefined: the agent stops, and nothing waits for another beat. */
  readonly beat: number | undefined;
  /** 1, 2 …: of this batch. */
  readonly attempt: number;
  /** Aborts when the attempt has run out of time or the agent has stopped waiting. */
  readonly signal: AbortSignal;
}

/** Flushes a batch: one result an item, in their order; an Error among them fails its item alone. */
export type Flush<Item, Result> = (items: readonly Item[], batch: BatchInfo) => Promise<readonly (Result | Error)[]>;

/** What a user says of a batcher. */
export interface BatcherOptions<Item, Result> {
  /** For keys, logs and metrics. */
  readonly name: string;
  readonly flush: Flush<Item, Result>;
  /** Most items of one flush (default 1,000); the rest waits for the next beat. */
  readonly itemsMax?: number;
  /** Most items that wait (default 10,000). */
  readonly pendingMax?: number;
  /** What an item weighs, bytes (default: nothing, so that only items are counted). */
  readonly bytesOf?: (item: Item) => number;
  /** Most bytes of one flush (default 1 MiB). */
  readonly bytesMax?: number;
  /** Most bytes that wait (default 16 MiB). */
  readonly pendingBytesMax?: number;
  /** Most attempts of one batch (default 3). */
  readonly attempts?: number;
  /** Pause before the second attempt, ms; doubled for each further one, of which 50 to 100 % are waited (default 100). */
  readonly retryPauseMs?: number;
  /** How long one attempt may take, ms (default 5,000). */
  readonly deadlineMs?: number;
}

/** The same, total. */
export type TotalBatcherOptions<Item, Result> = Required<BatcherOptions<Item, Result>>;

const defaults = {
  itemsMax: 1_000,
  pendingMax: 10_000,
  bytesMax: 1_048_576,
  pendingBytesMax: 16_777_216,
  attempts: 3,
  retryPauseMs: 100,
  deadlineMs: 5_000,
} as const;

const batcherOptionNames: readonly string[] = ["name", "flush", "bytesOf", ...Object.keys(defaults)];

/** Most that any of the numbers may be: a timer holds no more milliseconds. */
const numberMax = 2_147_483_647;

/** Fills in the defaults. @throws EntrainError `invalid-argument` that names the option. */
export function checkBatcherOptions<Item, Result>(
  options: BatcherOptions<Item, Result>,
): TotalBatcherOptions<Item, Result> {
  optionsOf(options, batcherOptionNames, "give { name, flush }");
  const { name, flush, bytesOf = () => 0, ...numbers } = options;
  if (typeof name !== "string" || !/^[A-Za-z0-9._-]{1,100}$/.test(name))
    throw EntrainError.invalid("name", name, "give 1 to 100 letters, digits, dots, dashes or underscores");
  if (typeof flush !== "function") throw EntrainError.invalid("flush", flush, "give a function of items and batch");
  if (typeof bytesOf !== "function") throw EntrainError.invalid("bytesOf", bytesOf, "give a function of an item");
  const total = { ...defaults, ...numbers };
  for (const [field, value] of Object.entries(total))
    if (!Number.isInteger(value) || value < 1 || value > numberMax)
      throw EntrainError.invalid(field, value, `give a whole number from 1 to ${numberMax}`);
  if (total.pendingBytesMax < total.bytesMax)
    throw EntrainError.invalid("pendingBytesMax", total.pendingBytesMax, `give at least bytesMax, ${total.bytesMax}`);
  return { name, flush, bytesOf, ...total };
}
