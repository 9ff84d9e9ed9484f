/**
 * Histories of real processes: each process appends its calls and answers to a file of its own, synchronously, a call before
 * anything of it is sent. So what a killed process had begun is known, and nothing that it did is missing.
 *
 * The clock is CLOCK_MONOTONIC, which all processes of a machine share.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Operation } from "./operation.ts";

/** Writes one process's part of a history. */
export interface HistoryRecorder<Input, Output> {
  /**
   * Records the call, carries it out, records the answer. `outputOf` may say "nothing" where the operation certainly had no
   * effect and tells nothing. What `work` throws leaves the outcome unknown, unless `outputOfError` knows better.
   */
  record<Answer>(
    input: Input,
    work: () => Promise<Answer>,
    outputOf: (answer: Answer) => Output | "nothing",
    outputOfError?: (thrown: unknown) => Output | "nothing" | undefined,
  ): Promise<Answer>;
  /** Records something that was true at an instant between two readings of the clock. */
  note<Answer>(look: () => Answer, what: (answer: Answer) => readonly [Input, Output] | undefined): Answer;
  close(): void;
}

type Line<Input, Output> =
  | { readonly id: number; readonly call: Input; readonly atNs: number }
  | { readonly id: number; readonly answer: Output | "nothing"; readonly atNs: number };

function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** Appends to `file`. */
export function createHistoryRecorder<Input, Output>(file: string): HistoryRecorder<Input, Output> {
  const descriptor = openSync(file, "a");
  let lastId = 0;
  const write = (line: Line<Input, Output>): void => {
    writeSync(descriptor, `${JSON.stringify(line)}\n`);
  };
  return {
    async record(input, work, outputOf, outputOfError = () => undefined) {
      const id = ++lastId;
      write({ id, call: input, atNs: nowNs() });
      try {
        const answer = await work();
        write({ id, answer: outputOf(answer), atNs: nowNs() });
        return answer;
      } catch (thrown) {
        const answer = outputOfError(thrown);
        if (answer !== undefined) write({ id, answer, atNs: nowNs() });
        throw thrown;
      }
    },
    note(look, what) {
      const calledNs = nowNs();
      const answer = look();
      const returnedNs = nowNs();
      const noted = what(answer);
      if (noted === undefined) return answer;
      const id = ++lastId;
      write({ id, call: noted[0], atNs: calledNs });
      write({ id, answer: noted[1], atNs: returnedNs });
      return answer;
    },
    close() {
      closeSync(descriptor);
    },
  };
}

/** The operations in the file of the process `name`, in the order of their calls. */
export function readHistory<Input, Output>(file: string, name: string): Operation<Input, Output>[] {
  // A process that was killed may have left half a line.
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const calls = new Map<number, Operation<Input, Output>>();
  for (const text of lines) {
    const line = JSON.parse(text) as Line<Input, Output>;
    if ("call" in line) {
      const begun = { process: name, input: line.call, output: undefined, calledNs: line.atNs, returnedNs: Infinity };
      calls.set(line.id, begun);
      continue;
    }
    const call = calls.get(line.id);
    if (call === undefined || line.answer === "nothing") calls.delete(line.id);
    else calls.set(line.id, { ...call, output: line.answer, returnedNs: line.atNs });
  }
  return [...calls.values()].sort((a, b) => a.calledNs - b.calledNs);
}
