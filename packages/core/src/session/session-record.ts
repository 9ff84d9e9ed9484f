/** A session's log, folded: what is known of it so far. */
import type { TraceCarrier } from "@entrain/kernel";
import { addAmounts, type Amounts } from "../budget/index.ts";
import type { ContextChange, SessionEnd, SessionEntry, SessionEvent, SessionState } from "./session.ts";
import type { StepOutcome } from "./node.ts";

/** What the log says. */
export interface SessionRecord {
  readonly state: SessionState;
  /** Entries so far; the next one has the number after it. */
  readonly entries: number;
  /** Of the last entry, Unix ms of the store; 0 before the first. */
  readonly changedAtMs: number;
  readonly rosters: ReadonlyMap<string, readonly string[]>;
  /** Steps that were begun → when, Unix ms of the store. */
  readonly started: ReadonlyMap<string, StartedStep>;
  readonly ended: ReadonlyMap<string, StepOutcome>;
  /** Iterations whose score is written down. */
  readonly iterated: number;
  readonly budget: BudgetRecord;
  /** Paths → the version of the shared context after which changes count. */
  readonly watched: ReadonlyMap<string, number>;
  readonly changed: ReadonlyMap<string, ContextChange>;
  readonly end: SessionEnd | null;
}

export interface StartedStep {
  readonly atMs: number;
  readonly capability: string;
  readonly budget?: Amounts;
  readonly trace?: TraceCarrier;
}

/** What the log says of the session's budget. */
export interface BudgetRecord {
  /** Parts that were asked for, in order: what a number was asked for last. */
  readonly asked: readonly Amounts[];
  readonly granted: ReadonlySet<number>;
  /** By the steps that have ended, each counted once. */
  readonly consumed: Amounts;
  /** Why nothing is begun any more; null while that is not so. */
  readonly exhausted: string | null;
}

interface BudgetFolding extends BudgetRecord {
  readonly asked: Amounts[];
  readonly granted: Set<number>;
  consumed: Amounts;
  exhausted: string | null;
}

interface Folding extends SessionRecord {
  state: SessionState;
  entries: number;
  changedAtMs: number;
  readonly rosters: Map<string, readonly string[]>;
  readonly started: Map<string, StartedStep>;
  readonly ended: Map<string, StepOutcome>;
  iterated: number;
  readonly budget: BudgetFolding;
  readonly watched: Map<string, number>;
  readonly changed: Map<string, ContextChange>;
  end: SessionEnd | null;
}

/** Folds entries one by one. */
export interface SessionFold {
  readonly record: SessionRecord;
  /** Takes the next entry; one that is known already changes nothing. */
  enter(entry: SessionEntry): void;
}

/** Nothing has happened yet. */
export function foldSession(): SessionFold {
  const record: Folding = {
    state: "initializing",
    entries: 0,
    changedAtMs: 0,
    rosters: new Map(),
    started: new Map(),
    ended: new Map(),
    iterated: 0,
    budget: { asked: [], granted: new Set(), consumed: {}, exhausted: null },
    watched: new Map(),
    changed: new Map(),
    end: null,
  };
  return {
    record,
    enter(entry) {
      if (entry.number <= record.entries) return;
      record.entries = entry.number;
      record.changedAtMs = entry.atMs;
      apply(record, entry);
    },
  };
}

function apply(record: Folding, { number, atMs, event }: SessionEntry): void {
  switch (event.kind) {
    case "owned":
      return;
    case "roster":
      record.rosters.set(event.path, event.agents);
      return;
    case "started":
      record.started.set(event.path, startedStep(event, atMs));
      return;
    case "ended":
      // The first end of a step is its end.
      if (record.ended.has(event.path)) return;
      record.ended.set(event.path, stepOutcome(event, number));
      record.budget.consumed = addAmounts(record.budget.consumed, event.consumed ?? {});
      return;
    case "watched":
      record.watched.set(event.path, event.version);
      return;
    case "changed":
      record.changed.set(event.path, event.change);
      return;
    case "asked":
      record.budget.asked[event.part - 1] = event.amounts;
      return;
    case "granted":
      record.budget.granted.add(event.part);
      return;
    case "exhausted":
      record.budget.exhausted = event.cause;
      return;
    case "iterated":
      record.iterated = event.iteration;
      return;
    case "state":
      record.state = event.state;
      return;
    case "closed": {
      const { kind: _, ...end } = event;
      record.state = end.state;
      record.end = end;
    }
  }
}

type EventOf<Kind extends SessionEvent["kind"]> = Extract<SessionEvent, { readonly kind: Kind }>;

const startedStep = ({ capability, budget, trace }: EventOf<"started">, atMs: number): StartedStep => ({
  atMs,
  capability,
  ...(budget === undefined ? {} : { budget }),
  ...(trace === undefined ? {} : { trace }),
});

const stepOutcome = ({ outcome, agentId, consumed }: EventOf<"ended">, order: number): StepOutcome => ({
  outcome,
  order,
  agentId,
  ...(consumed === undefined ? {} : { consumed }),
});
