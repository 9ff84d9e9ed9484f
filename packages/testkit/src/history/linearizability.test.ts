import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkLinearizable, historiesByObject } from "./linearizability.ts";
import { lockModel, type LockInput, type LockOutput } from "./lock-model.ts";
import type { Operation, SequentialModel } from "./operation.ts";
import {
  decisionModel,
  registerModel,
  type DecisionInput,
  type DecisionOutput,
  type RegisterInput,
  type RegisterOutput,
} from "./register-models.ts";

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const span = (calledNs: number, returnedNs: number) => ({ process: "p", calledNs, returnedNs });
const write = (value: string, from: number, to: number): RegisterOperation => ({
  ...span(from, to),
  input: { kind: "write", value },
  output: to === Infinity ? undefined : { kind: "written" },
});
const read = (value: string | null, from: number, to: number): RegisterOperation => ({
  ...span(from, to),
  input: { kind: "read" },
  output: { kind: "value", value },
});
const swap = (before: string | null, to: string, equal: boolean, calledNs: number, returnedNs: number) =>
  ({
    ...span(calledNs, returnedNs),
    input: { kind: "compare-and-set", from: before, to },
    output: { kind: "compared", equal },
  }) satisfies RegisterOperation;
const judge = (...history: RegisterOperation[]) => checkLinearizable(registerModel, history).kind;

test("a read during a write may see the old value or the new one", () => {
  assert.equal(judge(write("x", 0, 10), read(null, 2, 4), read("x", 5, 7)), "linearizable");
  assert.equal(judge(write("x", 0, 10), read("x", 2, 4), read("x", 5, 7)), "linearizable");
});

test("a stale read is found, and the verdict names it", () => {
  const stale = read("x", 20, 25);
  const verdict = checkLinearizable(registerModel, [write("x", 0, 5), write("y", 10, 15), stale]);
  assert.deepEqual(verdict, { kind: "violated", at: stale, states: ['"y"'] });
});

test("a value that was seen does not go away again", () => {
  assert.equal(judge(write("x", 0, 10), read("x", 2, 4), read(null, 5, 7)), "violated");
});

test("a write without an answer may have happened, late, or not at all, but not before its call", () => {
  const lost = write("y", 10, Infinity);
  assert.equal(judge(write("x", 0, 5), lost, read("x", 20, 25)), "linearizable");
  assert.equal(judge(write("x", 0, 5), lost, read("x", 20, 25), read("y", 30, 35)), "linearizable");
  assert.equal(judge(write("x", 0, 5), lost, read("y", 20, 25), read("x", 30, 35)), "violated");
  assert.equal(judge(read("y", 0, 5), lost), "violated");
});

test("of two compare-and-sets on one value only one takes place", () => {
  assert.equal(judge(swap(null, "a", true, 0, 10), swap(null, "b", false, 0, 10), read("a", 20, 21)), "linearizable");
  assert.equal(judge(swap(null, "a", true, 0, 10), swap(null, "b", true, 0, 10)), "violated");
});

test("a lock has one owner", () => {
  const turn = (kind: LockInput["kind"], owner: string, done: boolean, from: number, to: number) =>
    ({ ...span(from, to), input: { kind, owner }, output: { done } }) satisfies Operation<LockInput, LockOutput>;
  const good = [
    turn("acquire", "a", true, 0, 4),
    turn("acquire", "b", false, 1, 5),
    turn("release", "a", true, 6, 9),
    turn("acquire", "b", true, 7, 8),
  ];
  assert.equal(checkLinearizable(lockModel, good).kind, "linearizable");
  const both = [turn("acquire", "a", true, 0, 4), turn("acquire", "b", true, 1, 5)];
  assert.equal(checkLinearizable(lockModel, both).kind, "violated");
  const stolen = [...good.slice(0, 2), turn("release", "b", true, 6, 9)];
  assert.equal(checkLinearizable(lockModel, stolen).kind, "violated");
});

test("D1: a register that was decided answers the same for ever", () => {
  const turn = (input: DecisionInput, standing: string | null, from: number, to: number) =>
    ({ ...span(from, to), input, output: { standing } }) satisfies Operation<DecisionInput, DecisionOutput>;
  const propose = (value: string): DecisionInput => ({ kind: "propose", value });
  const look: DecisionInput = { kind: "look" };
  const good = [turn(propose("x"), "y", 0, 9), turn(propose("y"), "y", 1, 8), turn(look, "y", 10, 11)];
  assert.equal(checkLinearizable(decisionModel, good).kind, "linearizable");
  const overwritten = [turn(propose("x"), "x", 0, 1), turn(propose("y"), "y", 2, 3)];
  assert.equal(checkLinearizable(decisionModel, overwritten).kind, "violated");
  const forgotten = [turn(propose("x"), "x", 0, 1), turn(look, null, 2, 3)];
  assert.equal(checkLinearizable(decisionModel, forgotten).kind, "violated");
});

test("a thousand operations of five processes are judged at once", () => {
  const history = Array.from({ length: 1_000 }, (_, n) => write(`${n % 7}`, n * 10, n * 10 + 49));
  assert.equal(judge(...history, read("5", 20_000, 20_001)), "linearizable");
});

test("what overlaps beyond measure is given up, not judged", () => {
  const all = Array.from({ length: 40 }, (_, n) => write(`${n}`, 0, 100));
  assert.throws(() => judge(...all, read("none of them", 50, 60)), RangeError);
});

test("a history falls apart into those of its objects", () => {
  const objects = historiesByObject([write("x", 0, 1), read("x", 2, 3), write("y", 4, 5)], ({ kind }) => kind);
  assert.deepEqual(
    [...objects].map(([object, history]) => [object, history.length]),
    [
      ["write", 2],
      ["read", 1],
    ],
  );
});

/** Tries every order of every choice of operations that must or may have happened. */
function isLinearizableByBrute<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  state: State = model.initial,
): boolean {
  const firstReturn = Math.min(...history.map(({ returnedNs }) => returnedNs));
  if (history.every(({ returnedNs }) => returnedNs === Infinity)) return true;
  return history.some((operation, index) => {
    if (operation.calledNs > firstReturn) return false;
    const next = model.step(state, operation.input, operation.output);
    return next !== undefined && isLinearizableByBrute(model, history.toSpliced(index, 1), next);
  });
}

test("the verdict is that of trying every order", () => {
  const value = fc.constantFrom("x", "y");
  const operation = fc
    .record({ value, seen: fc.constantFrom("x", "y", null), kind: fc.nat(3), from: fc.nat(12), length: fc.nat(6) })
    .map(({ value: to, seen, kind, from, length }): RegisterOperation => {
      if (kind === 0) return read(seen, from, from + length);
      if (kind === 1) return swap(seen, to, to === "x", from, from + length);
      return write(to, from, kind === 2 ? from + length : Infinity);
    });
  const seen = { linearizable: 0, violated: 0 };
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (history) => {
      const verdict = judge(...history);
      seen[verdict] += 1;
      assert.equal(verdict === "linearizable", isLinearizableByBrute(registerModel, history));
    }),
    { numRuns: 2_000 },
  );
  assert.ok(Math.min(...Object.values(seen)) > 200, "both verdicts were put to the test");
});
