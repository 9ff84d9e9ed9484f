/** What an agent shares with the swarm through the store, as its user is given it: nothing is asked before the start. */
import type { BudgetDesk, Bus, RateWish, SessionDesk, SharedRate, VoteDesk } from "@entrain/runtime";
import type { AgentContext } from "./agent-context.ts";
import type { AgentHost } from "./host-contract.ts";
import { onceStarted } from "./once-started.ts";

/** The desks of an agent. */
export interface AgentDesks {
  readonly context: AgentContext;
  readonly budget: BudgetDesk;
  readonly votes: VoteDesk;
  readonly sessions: SessionDesk;
  readonly bus: Bus;
  rate(name: string, wish: RateWish): SharedRate;
}

/** @param hasBegun whether the agent was started; what was registered before counts from then on */
export function createAgentDesks(
  { context, budget, peers, work, rates }: AgentHost,
  hasBegun: () => boolean,
): AgentDesks {
  return {
    context: onceStarted(context, hasBegun, ["read", "merge", "patch", "rollback", "history"]),
    budget: onceStarted(budget, hasBegun, ["create", "allocate", "transfer", "amend", "extend", "close", "read"]),
    votes: onceStarted(peers.votes.desk, hasBegun, ["propose", "outcome", "vote", "voters"]),
    sessions: onceStarted(work.sessions, hasBegun, ["create", "read", "list", "wait", "cancel"]),
    bus: onceStarted(peers.bus, hasBegun, ["publish", "deadLetters", "replay", "record", "figures", "removeGroup"]),
    rate: (name, wish) => onceStarted(rates.rate(name, wish), hasBegun, ["take"]),
  };
}
