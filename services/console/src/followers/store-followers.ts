/**
 * Brings what the store says into the model: members, leader, goal, decisions, the shared document. Each is pushed as a
 * hint and polled as a floor. When the store comes back, or comes back as another generation (S1), everything is read
 * anew.
 */
import type { Random } from "@entrain/kernel";
import { quorumOf } from "@entrain/core/vote";
import type {
  BudgetStore,
  Clock,
  ContextStore,
  DirectiveStore,
  ElectionStore,
  EventSink,
  GoalStore,
  Ledger,
  Registry,
  SessionStore,
  StoreHealth,
  Timers,
  VoteStore,
} from "@entrain/ports";
import { ContextFollower } from "@entrain/runtime";
import type { SwarmInput, SwarmModel } from "../swarm-model/swarm-model.ts";
import { createBudgetReader } from "./budget-reader.ts";
import { follow } from "./follow.ts";
import { createSessionReader } from "./session-reader.ts";

/** What the console reads of the store. */
export interface ConsoleStore {
  readonly registry: Registry;
  readonly election: ElectionStore;
  readonly goals: GoalStore;
  readonly ledger: Ledger;
  readonly directives: DirectiveStore;
  readonly context: ContextStore;
  readonly budgets: BudgetStore;
  readonly sessions: SessionStore;
  readonly votes: Pick<VoteStore, "voters">;
  readonly health: StoreHealth;
}

/** What followers need. */
export interface StoreFollowerOptions {
  readonly store: ConsoleStore;
  readonly model: SwarmModel;
  readonly feed: (input: SwarmInput) => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  /** The least number of voters that is a quorum. */
  readonly votersMin: number;
  readonly onFailure: (what: string, thrown: unknown) => void;
}

/** A delta says nothing of health, so the whole list is read this often, ms. */
const snapshotEveryMs = 2_000;
/** The ledger's page that is polled, and the one that is read where that may not be enough. */
const page = { usual: 100, whole: 1_000 } as const;

/** Follows the store until the returned function is called. */
export function followStore(options: StoreFollowerOptions): () => void {
  const { store, feed, timers, random } = options;
  const followed = (what: string, everyMs: number, read: () => Promise<void>) =>
    follow({ timers, random, everyMs, read, onFailure: (thrown) => options.onFailure(what, thrown) });

  feed({ kind: "store", status: store.health.status() });
  const members = followed("members", 500, createMemberReader(options));
  const leader = followed("leader", 250, async () => feed({ kind: "leader", leader: await store.election.read() }));
  const ledger = followed("ledger", 1_000, createLedgerReader(options));
  const budgetReader = createBudgetReader({
    budgets: store.budgets,
    clock: options.clock,
    known: () => options.model.budgets().map(({ budgetId }) => budgetId),
    feed,
  });
  const budgets = followed("budgets", 1_000, () => budgetReader.read());
  const sessionReader = createSessionReader({ sessions: store.sessions, clock: options.clock, feed });
  const sessions = followed("sessions", 1_000, () => sessionReader.read());
  const voters = followed("voters", snapshotEveryMs, createVoterReader(options));
  const all = [members, leader, ledger, budgets, sessions, voters];
  const { health, context: contextStore } = store;
  const seed = String(random.next());
  const context = new ContextFollower({ store: contextStore, health, timers, events: options.events, seed });

  const watches = [
    context.watch((news) => {
      const { document } = news;
      feed({ kind: "context", context: document, ...(news.kind === "change" ? { entry: news.entry } : {}) });
    }),
    store.health.watch((status) => {
      feed({ kind: "store", status });
      if (status.up) for (const one of all) one.hint();
    }),
    store.registry.watch((version) => {
      if (version !== options.model.membershipVersion()) members.hint();
    }),
    store.election.watch(() => leader.hint()),
    store.goals.watch((goal) => feed({ kind: "goal", goal })),
    store.budgets.watch((budgetIds) => {
      budgetReader.hint(budgetIds);
      budgets.hint();
    }),
    store.sessions.watch(() => {
      sessionReader.hint();
      sessions.hint();
    }),
    store.ledger.watch((decision) => {
      feed({ kind: "decision", decision });
      ledger.hint();
    }),
    store.directives.watch((incidentId) => {
      void tellDirective(options, incidentId);
    }),
  ];
  context.start();
  return () => {
    context.stop();
    for (const unwatch of watches) unwatch();
    for (const one of all) one.stop();
  };
}

function createMemberReader({ store, model, feed, clock }: StoreFollowerOptions): () => Promise<void> {
  let snapshotDueMs = 0;
  let generation = 0;

  async function snapshot(): Promise<void> {
    feed({ kind: "members", view: await store.registry.snapshot() });
    snapshotDueMs = clock.monoMs() + snapshotEveryMs;
    generation = model.store().generation;
  }

  return async () => {
    const version = model.membershipVersion();
    if (version === undefined || generation !== model.store().generation || clock.monoMs() >= snapshotDueMs)
      return snapshot();
    const changes = await store.registry.changesSince(version);
    if (changes === "resync") return snapshot();
    for (const delta of changes) feed({ kind: "member", delta });
    const reached = changes.at(-1)?.version ?? version;
    return reached === model.membershipVersion() ? undefined : snapshot();
  };
}

/** One that was settled; where it cannot be read now, the next listing has it. */
async function tellDirective({ store, feed, onFailure }: StoreFollowerOptions, incidentId: string): Promise<void> {
  try {
    for (const directive of await store.directives.read([incidentId])) feed({ kind: "directive", directive });
  } catch (thrown) {
    onFailure("directives", thrown);
  }
}

/** Nothing of the model rests on the voters: what is counted goes to whoever watches the metrics. */
function createVoterReader({ store, events, votersMin }: StoreFollowerOptions): () => Promise<void> {
  return async () => {
    const { voters } = await store.votes.voters();
    const dead = voters.filter((voter) => voter.dead).length;
    events({ kind: "voters.counted", alive: voters.length - dead, dead, quorum: quorumOf(voters.length, votersMin) });
  };
}

function createLedgerReader({ store, model, feed, events }: StoreFollowerOptions): () => Promise<void> {
  /** Of the last whole listing. */
  let generation = -1;

  async function listWhole(): Promise<void> {
    const during = model.store().generation;
    const { entries } = await store.ledger.list(page.whole);
    feed({ kind: "ledger", entries, whole: true });
    generation = during;
  }

  return async () => {
    feed({ kind: "stats", stats: await store.ledger.stats() });
    events({ kind: "directives.counted", ...(await store.directives.figures()) });
    if (generation !== model.store().generation) return listWhole();
    const { entries, next } = await store.ledger.list(page.usual);
    const mayMissSome =
      next !== undefined && entries.every(({ decision }) => !model.knowsDecision(decision.decisionId));
    if (mayMissSome) return listWhole();
    feed({ kind: "ledger", entries, whole: false });
  };
}
