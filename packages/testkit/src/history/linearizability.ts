/**
 * Is there an order of a history's operations, each at one instant between its call and its return, that a sequential model
 * allows? (Herlihy and Wing 1990.)
 *
 * The search is Wing and Gong's with Lowe's two improvements ("Testing for linearizability", 2017): operations are placed
 * just in time, when one of them returns, and configurations that were seen are not searched again. A configuration is a
 * state of the model with the set of operations that have been placed but have not returned. So the work grows with the
 * number of operations at once, not with the length of the history.
 *
 * Operations without a return may be placed at any time after their call, or never.
 */
import type { Operation, SequentialModel } from "./operation.ts";

/** Configurations at once, beyond which a history is given up as too concurrent to be judged. */
const configurationsMax = 50_000;

/** What the check came to. */
export type Verdict<Input, Output> =
  | { readonly kind: "linearizable" }
  /** No order explains the history up to the return of `at`, whatever stood before it. */
  | {
      readonly kind: "violated";
      readonly at: Operation<Input, Output>;
      /** States that were possible just before. */
      readonly states: readonly string[];
    };

interface Configuration<State> {
  readonly state: State;
  /** Operations (by their index) that are placed and have not returned. */
  readonly placed: ReadonlySet<number>;
}

/**
 * Judges a history.
 * @throws RangeError where more operations overlap than can be searched.
 */
export function checkLinearizable<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): Verdict<Input, Output> {
  const open = new Set<number>();
  let configurations: Configuration<State>[] = [{ state: model.initial, placed: new Set() }];
  for (const { index, returns } of eventsOf(history)) {
    if (!returns) {
      open.add(index);
      continue;
    }
    const next = placing(model, history, configurations, open, index);
    const at = history[index];
    if (next.length === 0 && at !== undefined)
      return { kind: "violated", at, states: [...new Set(configurations.map(({ state }) => model.keyOf(state)))] };
    configurations = next;
    open.delete(index);
  }
  return { kind: "linearizable" };
}

/** Calls and returns in the order of time; of one instant the calls first, which is the more lenient reading. */
function eventsOf(history: readonly Operation<unknown, unknown>[]) {
  return history
    .flatMap(({ calledNs, returnedNs }, index) => [
      { index, atNs: calledNs, returns: false },
      ...(returnedNs === Infinity ? [] : [{ index, atNs: returnedNs, returns: true }]),
    ])
    .sort((a, b) => a.atNs - b.atNs || Number(a.returns) - Number(b.returns));
}

/** All configurations in which the operation `due` is placed, without it: it has returned. */
function placing<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  from: readonly Configuration<State>[],
  open: ReadonlySet<number>,
  due: number,
): Configuration<State>[] {
  const seen = new Set<string>();
  const done: Configuration<State>[] = [];
  const doneKeys = new Set<string>();
  const toDo = [...from];
  for (let current = toDo.pop(); current !== undefined; current = toDo.pop()) {
    const key = keyOf(model, current);
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > configurationsMax) throw new RangeError("too many operations at once to be searched");
    if (current.placed.has(due)) {
      const placed = new Set(current.placed);
      placed.delete(due);
      const returned = { state: current.state, placed };
      const returnedKey = keyOf(model, returned);
      if (!doneKeys.has(returnedKey)) done.push(returned);
      doneKeys.add(returnedKey);
      continue;
    }
    for (const index of open) {
      const operation = history[index];
      if (operation === undefined || current.placed.has(index)) continue;
      const state = model.step(current.state, operation.input, operation.output);
      if (state === undefined) continue;
      // What never returned need not be placed where it changes nothing.
      if (operation.returnedNs === Infinity && model.keyOf(state) === model.keyOf(current.state)) continue;
      toDo.push({ state, placed: new Set(current.placed).add(index) });
    }
  }
  return done;
}

function keyOf<State>(model: { keyOf(state: State): string }, { state, placed }: Configuration<State>): string {
  return `${[...placed].sort((a, b) => a - b).join(",")}|${model.keyOf(state)}`;
}

/** The operations of each object: a history is linearizable where that of each object is. */
export function historiesByObject<Input, Output>(
  history: readonly Operation<Input, Output>[],
  objectOf: (input: Input) => string,
): ReadonlyMap<string, readonly Operation<Input, Output>[]> {
  const byObject = new Map<string, Operation<Input, Output>[]>();
  for (const operation of history) {
    const object = objectOf(operation.input);
    byObject.set(object, [...(byObject.get(object) ?? []), operation]);
  }
  return byObject;
}
