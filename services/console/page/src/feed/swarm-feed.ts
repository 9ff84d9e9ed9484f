/**
 * What the page knows of the swarm, as signals: figures and agents are read every second while the page is seen, the
 * rest when an event says that it changed, and everything anew after a gap.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { AgentView } from "../../../src/contract/agent-view.ts";
import type { BudgetView } from "../../../src/contract/budget-view.ts";
import type { SessionView } from "../../../src/contract/session-view.ts";
import type { HistoryEntryView } from "../../../src/contract/context-view.ts";
import type { DecisionEntryView } from "../../../src/contract/decision-view.ts";
import type { SwarmView } from "../../../src/contract/swarm-view.ts";
import { createPhaseBoard, type PhaseBoard } from "../rhythm/phase-board.ts";
import { ApiProblem, type ConsoleClient, type ContextView, type Stale } from "./console-client.ts";
import { followEvents, type FeedEvent } from "./event-feed.ts";
import { withMark, withSample, type Mark, type RhythmSample } from "./history.ts";

const lookEveryMs = 1_000;
const listed = { decisions: 50, versions: 50, sessions: 50 } as const;
const eventTypes = [
  "agent.joined",
  "agent.left",
  "agent.dead",
  "leader.changed",
  "goal.changed",
  "strategy.switched",
  "decision.committed",
  "decision.adopted",
  "directive.settled",
  "context.changed",
  "budget.changed",
  "session.changed",
] as const;

/** How the page and the console stand. */
export type Connection = "connecting" | "live" | "lost" | "unauthorised";

/** The swarm as the page knows it; undefined: not read yet. */
export interface SwarmFeed {
  readonly connection: ReadonlySignal<Connection>;
  readonly swarm: ReadonlySignal<(SwarmView & Stale) | undefined>;
  readonly agents: ReadonlySignal<readonly AgentView[] | undefined>;
  readonly decisions: ReadonlySignal<readonly DecisionEntryView[] | undefined>;
  readonly context: ReadonlySignal<ContextView | undefined>;
  readonly budgets: ReadonlySignal<readonly BudgetView[] | undefined>;
  readonly sessions: ReadonlySignal<readonly SessionView[] | undefined>;
  readonly versions: ReadonlySignal<readonly HistoryEntryView[] | undefined>;
  readonly samples: ReadonlySignal<readonly RhythmSample[]>;
  readonly marks: ReadonlySignal<readonly Mark[]>;
  readonly phases: PhaseBoard;
  start(): void;
  /** Reads everything now. */
  refresh(): void;
}

/** A feed from the console that `client` calls. */
export function createSwarmFeed(client: ConsoleClient): SwarmFeed {
  const connection = signal<Connection>("connecting");
  const swarm = signal<(SwarmView & Stale) | undefined>(undefined);
  const agents = signal<readonly AgentView[] | undefined>(undefined);
  const decisions = signal<readonly DecisionEntryView[] | undefined>(undefined);
  const context = signal<ContextView | undefined>(undefined);
  const budgets = signal<readonly BudgetView[] | undefined>(undefined);
  const sessions = signal<readonly SessionView[] | undefined>(undefined);
  const versions = signal<readonly HistoryEntryView[] | undefined>(undefined);
  const samples = signal<readonly RhythmSample[]>([]);
  const marks = signal<readonly Mark[]>([]);
  const phases = createPhaseBoard();
  const ending = new AbortController();

  /** Runs one look after the other: what is asked for meanwhile is done once, afterwards. */
  const single = (look: () => Promise<void>): (() => void) => {
    let state: "idle" | "looking" | "again" = "idle";
    const run = (): void => {
      state = "looking";
      void look()
        .catch((thrown: unknown) => {
          const refused = thrown instanceof ApiProblem && thrown.status === 401;
          if (refused) connection.value = "unauthorised";
        })
        .finally(() => {
          const again = state === "again";
          state = "idle";
          if (again) run();
        });
    };
    return () => {
      if (state === "idle") run();
      else state = "again";
    };
  };

  const lookAtFigures = single(async () => {
    const seen = await client.swarm();
    swarm.value = seen;
    samples.value = withSample(samples.value, Date.now() / 1_000, seen.rhythm);
  });
  const lookAtAgents = single(async () => {
    const askedMs = performance.now();
    const seen = await client.agents();
    agents.value = seen;
    phases.observe(seen, (askedMs + performance.now()) / 2);
  });
  const lookAtDecisions = single(async () => {
    decisions.value = await client.decisions(listed.decisions);
  });
  const lookAtContext = single(async () => {
    [context.value, versions.value] = await Promise.all([client.context(), client.history(listed.versions)]);
  });

  const lookAtBudgets = single(async () => {
    budgets.value = await client.budgets();
  });

  const lookAtSessions = single(async () => {
    sessions.value = await client.sessions(listed.sessions);
  });

  const refresh = (): void => {
    lookAtFigures();
    lookAtAgents();
    for (const look of [lookAtDecisions, lookAtContext, lookAtBudgets, lookAtSessions]) look();
  };

  function onEvent(event: FeedEvent): void {
    marks.value = withMark(marks.value, Date.now() / 1_000, event);
    if (event.type === "resync") refresh();
    else if (event.type === "context.changed") lookAtContext();
    else if (event.type === "budget.changed") lookAtBudgets();
    else if (event.type === "session.changed") lookAtSessions();
    else if (event.type.startsWith("decision.") || event.type === "directive.settled") lookAtDecisions();
    else {
      lookAtFigures();
      lookAtAgents();
    }
  }

  function onOpen(open: boolean, problem?: ApiProblem): void {
    if (open) {
      connection.value = "live";
      refresh();
    } else if (problem?.status === 401) connection.value = "unauthorised";
    else if (connection.value !== "unauthorised") connection.value = "lost";
  }

  return {
    connection,
    swarm,
    agents,
    decisions,
    context,
    budgets,
    sessions,
    versions,
    samples,
    marks,
    phases,
    refresh,
    start() {
      void followEvents(client, eventTypes, { onEvent, onOpen }, ending.signal);
      setInterval(() => {
        if (document.hidden || connection.value !== "live") return;
        lookAtFigures();
        lookAtAgents();
      }, lookEveryMs);
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden) refresh();
      });
    },
  };
}
