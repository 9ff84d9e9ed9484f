/** A session's log, folded: what is known of it so far. */
import type { Outcome, SessionEnd, SessionEntry, SessionState } from "./session.ts";
import type { StepOutcome } from "./node.ts";

/** What the log says. */
export interface SessionRecord {
  readonly state: SessionState;
  /** Entries so far; the next one has the number after it. */
  readonly entries: number;
  readonly rosters: ReadonlyMap<string, readonly string[]>;
  /** Steps that were begun → when, Unix ms of the store. */
  readonly started: ReadonlyMap<string, StartedStep>;
  readonly ended: ReadonlyMap<string, StepOutcome>;
  /** Iterations whose score is written down. */
  readonly iterated: number;
  readonly end: SessionEnd | null;
}

export interface StartedStep {
  readonly atMs: number;
  readonly capability: string;
}

interface Folding extends SessionRecord {
  state: SessionState;
  entries: number;
  readonly rosters: Map<string, readonly string[]>;
  readonly started: Map<string, StartedStep>;
  readonly ended: Map<string, StepOutcome>;
  iterated: number;
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
    rosters: new Map(),
    started: new Map(),
    ended: new Map(),
    iterated: 0,
    end: null,
  };
  return {
    record,
    enter(entry) {
      if (entry.number <= record.entries) return;
      record.entries = entry.number;
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
      record.started.set(event.path, { atMs, capability: event.capability });
      return;
    case "ended":
      // The first end of a step is its end.
      if (!record.ended.has(event.path))
        record.ended.set(event.path, stepOutcome(event.outcome, number, event.agentId));
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

const stepOutcome = (outcome: Outcome, order: number, agentId: string | null): StepOutcome => ({
  outcome,
  order,
  agentId,
});
