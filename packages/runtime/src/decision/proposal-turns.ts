/**
 * Turns at proposing, for the agents of one process: of those that are about to propose for the same incident one does, and the
 * others wait for what comes of it, within their own budgets. All of them ask the same reasoner and the same ledger, which lets one
 * proposal stand anyway (D1); and where a swarm is late, the proposals of all of its agents would make it later still.
 *
 * Whoever has the turn gives it back when its run is over, and then the next one has it: not in the same breath, for a decision that
 * ends one run is about to be told to the others.
 */

/** The turns of a process. */
export interface ProposalTurns {
  /** Calls `begin` when it is the caller's turn: at once where nobody has it. Each call is to be followed by one `giveBack`. */
  take(incidentId: string, begin: () => void): void;
  giveBack(incidentId: string): void;
}

/** One run's part in them. */
export interface ProposalTurn {
  /** Calls `begin` in turn, unless the run is over by then; without an incident, or with the turn already, at once. */
  take(incidentId: string | undefined, begin: () => void): void;
  /** The run is over. */
  giveBack(): void;
}

/** Nobody has a turn. Those that wait are bounded by the decisions that are under way. */
export function createProposalTurns(): ProposalTurns {
  const lines = new Map<string, (() => void)[]>();
  return {
    take(incidentId, begin) {
      const line = lines.get(incidentId);
      if (line !== undefined) {
        line.push(begin);
        return;
      }
      lines.set(incidentId, []);
      begin();
    },
    giveBack(incidentId) {
      const next = lines.get(incidentId)?.shift();
      if (next === undefined) lines.delete(incidentId);
      else queueMicrotask(next);
    },
  };
}

/** A run that has no turn yet. */
export function createProposalTurn(turns: ProposalTurns): ProposalTurn {
  let held: string | undefined;
  let over = false;
  return {
    take(incidentId, begin) {
      if (incidentId === undefined || held === incidentId) {
        begin();
        return;
      }
      turns.take(incidentId, () => {
        if (over) {
          turns.giveBack(incidentId);
          return;
        }
        held = incidentId;
        begin();
      });
    },
    giveBack() {
      over = true;
      if (held !== undefined) turns.giveBack(held);
      held = undefined;
    },
  };
}
