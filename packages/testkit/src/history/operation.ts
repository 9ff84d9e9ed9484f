/** What a history is made of: operations as the processes saw them, on one clock. */

/** One operation of one process. */
export interface Operation<Input, Output> {
  /** Who called: a process does one thing after the other, unless an operation's outcome stays unknown. */
  readonly process: string;
  readonly input: Input;
  /**
   * What was answered. Undefined: nobody knows. An operation that never returned may have an output all the same: then that
   * is what it did if it did anything.
   */
  readonly output: Output | undefined;
  /** Instants of a clock that all processes share, ns. */
  readonly calledNs: number;
  /** Infinity where no answer came: the operation took effect at any time since, or never. */
  readonly returnedNs: number;
}

/** How the thing would behave if everything happened one after the other. */
export interface SequentialModel<State, Input, Output> {
  readonly initial: State;
  /** The state after the operation; undefined where it cannot have had this output (undefined: nobody knows) in this state. */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
  /** Equal states have equal keys. */
  keyOf(state: State): string;
}
