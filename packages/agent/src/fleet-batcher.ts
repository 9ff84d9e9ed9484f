/** A batcher whose flushes in all agents of the swarm become one call a beat. */
import { EntrainError, optionsOf } from "@entrain/kernel";
import {
  FleetCall,
  type BatcherOptions,
  type FleetCallOptions,
  type FleetFlush,
  type FleetSurroundings,
} from "@entrain/runtime";

/** What a user says of it; what it shares with a batcher of one agent means the same there. */
export interface FleetBatcherOptions<Item, Result> extends Pick<
  BatcherOptions<Item, Result>,
  "name" | "itemsMax" | "pendingMax" | "attempts" | "retryPauseMs" | "deadlineMs"
> {
  /** Makes the call for all agents; items and results are JSON. */
  readonly flush: FleetFlush<Item, Result>;
  /** How long after the beat the call waits for the others' items, ms (default 25). */
  readonly collectMs?: number;
  /** Most items of one call (default 10,000); the rest waits for the next beat. */
  readonly callItemsMax?: number;
}

/** A flush of this agent's batcher that takes part in the fleet's, and what it is driven by. */
export interface FleetPart<Item, Result> {
  readonly call: FleetCall<Item, Result>;
  readonly local: BatcherOptions<Item, Result>;
}

/** Every option; the compiler sees that none is missing. */
const fleetOptionNames: readonly string[] = Object.keys({
  ...{
    name: true,
    flush: true,
    itemsMax: true,
    pendingMax: true,
    attempts: true,
    retryPauseMs: true,
    deadlineMs: true,
  },
  ...{ collectMs: true, callItemsMax: true },
} satisfies Record<keyof FleetBatcherOptions<unknown, unknown>, true>);

/** The agent's own batches may be handed over so often: the store may have lost one. */
const handOvers = 3;
/** Over what the attempts of a call may take: a lease for each holder that dies, and a beat. */
const patienceMs = 30_000;
/** Bytes of one agent's batch: less than the store takes of one. */
const bytesMax = 1_000_000;

/** @throws EntrainError `invalid-argument` that names the option. */
export function createFleetPart<Item, Result>(
  options: FleetBatcherOptions<Item, Result>,
  world: FleetSurroundings,
): FleetPart<Item, Result> {
  optionsOf(options, fleetOptionNames, "give { name, flush }");
  const { name, flush, itemsMax, pendingMax } = options;
  const { collectMs = 25, callItemsMax = 10_000, attempts = 3, retryPauseMs = 100, deadlineMs = 5_000 } = options;
  if (typeof flush !== "function") throw EntrainError.invalid("flush", flush, "give a function of items and batch");
  const limits = { callItemsMax: 1_000_000, attempts: 100, retryPauseMs: 60_000, deadlineMs: 600_000 };
  const given = { callItemsMax, attempts, retryPauseMs, deadlineMs };
  for (const [field, most] of Object.entries(limits)) checkWhole(field, given[field as keyof typeof given], 1, most);
  checkWhole("collectMs", collectMs, 0, 10_000);
  const callOptions: FleetCallOptions<Item, Result> = {
    ...{ name, flush, collectMs, itemsMax: callItemsMax, attempts, retryPauseMs, deadlineMs },
  };
  const call = new FleetCall(callOptions, world);
  return {
    call,
    local: {
      name,
      ...(itemsMax === undefined ? {} : { itemsMax }),
      ...(pendingMax === undefined ? {} : { pendingMax }),
      bytesMax,
      bytesOf: bytesOfItem,
      attempts: handOvers,
      deadlineMs: attempts * (deadlineMs + retryPauseMs * 2 ** Math.min(attempts, 6)) + patienceMs,
      flush: (items, batch) => call.contribute(items, batch),
    },
  };
}

/** @throws EntrainError `invalid-argument` for what JSON does not hold: it would reach the flush as another thing */
function bytesOfItem(item: unknown): number {
  const text = textOf(item);
  // JSON has no undefined, no NaN and no invalid date: they become null, or nothing.
  if (text === undefined || (text === "null" && item !== null))
    throw EntrainError.invalid(
      "item",
      item,
      "give JSON: a text, a finite number, true, false, null, a list or an object",
    );
  return Buffer.byteLength(text) + 2;
}

function textOf(item: unknown): string | undefined {
  try {
    return JSON.stringify(item);
  } catch (thrown) {
    throw EntrainError.invalid("item", item, `give JSON: ${EntrainError.from(thrown).message}`);
  }
}

function checkWhole(field: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most))
    throw EntrainError.invalid(field, value, `give a whole number from ${least} to ${most}`);
}
