/**
 * Every key and channel of a swarm, named here and nowhere else: `entrain:{swarmId}:<entity>[:<id>]`. The braces are literal:
 * they put a whole swarm into one slot of a Redis Cluster, so that one Lua command may touch all of its keys.
 */
import { checkId } from "@entrain/kernel";

/** The keys and channels of one swarm. */
export interface StoreKeys {
  /** What all of them begin with. */
  readonly prefix: string;
  /** Hash: generation, life, server ids, recovery window, longest lease, schema (S1). First key of every command. */
  readonly store: string;
  /** Hash: the leader record of an election. */
  leader(election: string): string;
  /** Hash: candidates of an election with a priority → it, and when they asked. */
  candidates(election: string): string;
  /** Text: the highest term of an election; never expires (L2). */
  term(election: string): string;
  /** Of a lock: the hash of its holder, the text of its highest term, the hash of the text that it guards. */
  lock(name: string): { readonly record: string; readonly term: string; readonly guarded: string };
  /** Of a barrier: hash of parties and token; sorted sets of tickets, waiting by lease end and let through by token. */
  barrier(name: string): { readonly state: string; readonly waiting: string; readonly passed: string };
  /** Hash: version, observed time and its last step, sum of health, the count of beats, the next new ticket. */
  readonly membership: string;
  /** Hash: agentId → what its process offers (JSON). */
  readonly memberOffers: string;
  /** Hash: agentId → state, incarnation, instants, health, ticket. */
  readonly memberStates: string;
  /** Sorted sets, agentId by observed ms: beat of the alive (moved, members.lua), death of the dead, leave of the left. */
  readonly memberBeats: string;
  readonly membersDead: string;
  readonly membersLeft: string;
  /** Sorted set: tickets that were given back, by their number. */
  readonly memberTickets: string;
  /** Stream: one entry per membership version, bounded. */
  readonly memberDeltas: string;
  /** Hash: agentId → votes that it is dead, and the life that they mean; expires. */
  readonly memberVotes: string;
  /** Whose votes count, and the votes. */
  readonly votes: VoteKeys;
  /** Hash: sequence, count, divergence, safeAlone, ordinalFloor. */
  readonly ledger: string;
  /** Hash: incidentId → decision (JSON); sorted set: incidentId by sequence number. */
  readonly decisions: string;
  readonly decisionSequence: string;
  /** List: ids of the latest 20 decisions. */
  readonly decisionsLatest: string;
  /** Hash: fingerprint → ordinal and last sight; sorted set: fingerprint by last sight. */
  readonly incidents: string;
  readonly incidentsSeen: string;
  /** Sorted sets: incidentId by last act; `<agentId> <incidentId>` of acts on what the store never named, by their instant. */
  readonly incidentsActed: string;
  readonly incidentsAlone: string;
  /** Hash per incident: act → JSON; followed by the incidentId. */
  readonly actsPrefix: string;
  /** Hash per incident: its directive and the targets of that; followed by the incidentId. */
  readonly directivesPrefix: string;
  /** Sorted set: incidents whose directive is open, by its deadline. */
  readonly directivesOpen: string;
  /** Hash: goalVersion, goal (JSON). */
  readonly goal: string;
  /** Hash: version, document (JSON), characters of the log. */
  readonly context: string;
  /** Stream: one entry per version of the context, bounded by the policy. */
  readonly contextLog: string;
  /** Hash: request id → version, SHA-1 of its patch; those of the versions that are kept. */
  readonly contextRequests: string;
  /** Hash: holder → its share of a rate; expires with the last lease. */
  rate(name: string): string;
  /** Sorted set: the names of the scheduled jobs. */
  readonly schedules: string;
  /** Of a job: the hash of what is settled, the hash of its run, the stream of its history, agents by their latest period. */
  schedule(job: string): {
    readonly record: string;
    readonly run: string;
    readonly history: string;
    readonly slots: string;
  };
  /**
   * Of a pool: hash of its token, beat and bytes; list of the ids that wait; hashes of what waits and of what a round has
   * taken, by id; hash of the round. Outcomes are texts under this prefix and the id; they expire.
   */
  pool(name: string): {
    readonly record: string;
    readonly order: string;
    readonly waiting: string;
    readonly taken: string;
    readonly round: string;
    readonly outcomes: string;
  };
  /** Sorted set: budgetId by order of creation. Its figures are in a hash: `<prefix>budget:<budgetId>`; see also `<prefix>budget-defaults`. */
  readonly budgets: string;
  /** Sorted set: `a:<allocationId>` and `b:<budgetId>` by the end of the lease. */
  readonly budgetLeases: string;
  /** Hash: `<budgetId> <requestId>` → SHA-1 of the request, its allocation or `-`, the life of its budget. */
  readonly budgetRequests: string;
  /** Sorted set: what ended and is still remembered, by its end. */
  readonly budgetsEnded: string;
  /** Stream: one entry per change of a budget, bounded. */
  readonly budgetLog: string;
  /** Hash: the numbers given out last, and until when leases of unusual lengths may last. */
  readonly budgetCounters: string;
  /** Hash: the state of the budgets after an entry of the log, and its number. */
  readonly budgetCheckpoint: string;
  /**
   * Tasks: sorted sets of those that run by the end of their lease, of the ended and of dead letters by their end; a hash of
   * counts. Each task has a hash of its own, `<prefix>task:<taskId>`, each line a sorted set, `<prefix>task-queue:<line>`.
   */
  readonly taskLeases: string;
  readonly tasksEnded: string;
  readonly tasksDead: string;
  readonly taskCounters: string;
  /** Sorted set: `<capability> <agentId>` by the last claim. */
  readonly capabilities: string;
  readonly capabilityLoads: string;
  /**
   * Sorted sets: sessions by order of creation, ended ones by their end. Each has a hash, `<prefix>session:<sessionId>`, and a
   * list, `<prefix>session-log:<sessionId>`.
   */
  readonly sessions: string;
  readonly sessionsEnded: string;
  /**
   * The bus: hashes of groups and of the digests of known ids, the sorted set of these by when they are forgotten. Each group has
   * `<prefix>bus-group:<group>` and more of that kind, which lua/include/bus.lua names.
   */
  readonly busGroups: string;
  readonly busSeen: string;
  readonly busDigests: string;
  /** Pub/sub channels: hints only. */
  readonly channels: {
    /** The new membership version. */
    readonly membership: string;
    /** The new term, 0 when it was given up. */
    leader(election: string): string;
    /** The new term, 0 when it was given up. */
    lock(name: string): string;
    /** The token of the round that has opened. */
    barrier(name: string): string;
    /** The outcome of a contribution to a pool: its id, a space, the text; followed by the agent that contributed. */
    readonly poolPrefix: string;
    /** The term of the swarm's leader whom a voter reports gone. */
    readonly leaderReports: string;
    /** The proposal on which something happened. */
    readonly proposals: string;
    /** The committed decision (JSON). */
    readonly decisions: string;
    /** The incident of a directive that was settled. */
    readonly directives: string;
    /** The new goal (JSON). */
    readonly goal: string;
    /** The new entry (JSON), or, where that is long, its version. */
    readonly context: string;
    /** Ids of the budgets whose figures changed (JSON). */
    readonly budgets: string;
    /** Lines that have something, tasks that have ended (JSON). */
    readonly tasks: string;
    /** A session and its state (JSON). */
    readonly sessions: string;
    /** Groups of the bus that have got something (JSON). */
    readonly bus: string;
  };
}

function channelsOf(base: string): StoreKeys["channels"] {
  return {
    membership: `${base}:channel:membership`,
    leader: (election) => `${base}:channel:leader:${election}`,
    lock: (name) => `${base}:channel:lock:${name}`,
    barrier: (name) => `${base}:channel:barrier:${name}`,
    poolPrefix: `${base}:channel:pool:`,
    leaderReports: `${base}:channel:leader-reports`,
    proposals: `${base}:channel:proposals`,
    decisions: `${base}:channel:decisions`,
    directives: `${base}:channel:directives`,
    goal: `${base}:channel:goal`,
    context: `${base}:channel:context`,
    budgets: `${base}:channel:budgets`,
    tasks: `${base}:channel:tasks`,
    sessions: `${base}:channel:sessions`,
    bus: `${base}:channel:bus`,
  };
}

/** The keys of voters and votes (M2). */
export interface VoteKeys {
  /** Hash: agentId → when it became a voter; their version is in `membership`. */
  readonly voters: string;
  /** Sorted set: voters that are dead, by observed ms of their death. */
  readonly dead: string;
  /** Hash: agentId → incarnation, joinedAtMs, since when it waits to be a voter. */
  readonly candidates: string;
  /** Hash: agentId → observed ms of its death, voters that vote it out. */
  readonly evictions: string;
  /** Sorted set: proposals as they were made. Each has a hash, `<prefix>proposal:<id>`, and `<prefix>proposal-votes:<id>` for its round. */
  readonly proposals: string;
  /** Hash: voter → term, its renewals and the instant of its report that the swarm's leader is gone (L5). */
  readonly leaderReports: string;
}

function voteKeys(base: string): VoteKeys {
  return {
    voters: `${base}:voters`,
    dead: `${base}:voters-dead`,
    candidates: `${base}:voter-candidates`,
    evictions: `${base}:voter-evictions`,
    proposals: `${base}:proposals`,
    leaderReports: `${base}:leader-reports`,
  };
}

/**
 * The keys of `swarmId`.
 * @throws EntrainError `invalid-argument` that names `swarmId`.
 */
export function storeKeys(swarmId: string): StoreKeys {
  const base = `entrain:{${checkId("swarmId", swarmId)}}`;
  return {
    prefix: `${base}:`,
    store: `${base}:store`,
    leader: (election) => `${base}:leader:${election}`,
    candidates: (election) => `${base}:leader:${election}:candidates`,
    term: (election) => `${base}:term:${election}`,
    lock: (name) => ({
      record: `${base}:lock:${name}`,
      term: `${base}:lock-term:${name}`,
      guarded: `${base}:lock-guarded:${name}`,
    }),
    barrier: (name) => ({
      state: `${base}:barrier:${name}`,
      waiting: `${base}:barrier-waiting:${name}`,
      passed: `${base}:barrier-passed:${name}`,
    }),
    ...memberKeysOf(base),
    votes: voteKeys(base),
    ledger: `${base}:ledger`,
    decisions: `${base}:decisions`,
    decisionSequence: `${base}:decision-sequence`,
    decisionsLatest: `${base}:decisions-latest`,
    incidents: `${base}:incidents`,
    incidentsSeen: `${base}:incidents-seen`,
    incidentsActed: `${base}:incidents-acted`,
    incidentsAlone: `${base}:incidents-alone`,
    actsPrefix: `${base}:acts:`,
    directivesPrefix: `${base}:directive:`,
    directivesOpen: `${base}:directives-open`,
    goal: `${base}:goal`,
    context: `${base}:context`,
    contextLog: `${base}:context-log`,
    contextRequests: `${base}:context-requests`,
    rate: (name) => `${base}:rate:${name}`,
    schedules: `${base}:schedules`,
    schedule: (job) => ({
      record: `${base}:schedule:${job}`,
      run: `${base}:schedule-run:${job}`,
      history: `${base}:schedule-history:${job}`,
      slots: `${base}:schedule-slots:${job}`,
    }),
    pool: (name) => ({
      record: `${base}:pool:${name}`,
      order: `${base}:pool-order:${name}`,
      waiting: `${base}:pool-waiting:${name}`,
      taken: `${base}:pool-taken:${name}`,
      round: `${base}:pool-round:${name}`,
      outcomes: `${base}:pool-outcome:${name}:`,
    }),
    budgets: `${base}:budgets`,
    budgetLeases: `${base}:budget-leases`,
    budgetRequests: `${base}:budget-requests`,
    budgetsEnded: `${base}:budgets-ended`,
    budgetLog: `${base}:budget-log`,
    budgetCounters: `${base}:budget-counters`,
    budgetCheckpoint: `${base}:budget-checkpoint`,
    taskLeases: `${base}:task-leases`,
    tasksEnded: `${base}:tasks-ended`,
    tasksDead: `${base}:tasks-dead`,
    taskCounters: `${base}:task-counters`,
    capabilities: `${base}:capabilities`,
    capabilityLoads: `${base}:capability-loads`,
    sessions: `${base}:sessions`,
    sessionsEnded: `${base}:sessions-ended`,
    busGroups: `${base}:bus-groups`,
    busSeen: `${base}:bus-seen`,
    busDigests: `${base}:bus-digests`,
    channels: channelsOf(base),
  };
}

function memberKeysOf(base: string) {
  return {
    membership: `${base}:membership`,
    memberOffers: `${base}:member-offers`,
    memberStates: `${base}:member-states`,
    memberBeats: `${base}:member-beats`,
    membersDead: `${base}:members-dead`,
    membersLeft: `${base}:members-left`,
    memberTickets: `${base}:member-tickets`,
    memberDeltas: `${base}:member-deltas`,
    memberVotes: `${base}:member-votes`,
  };
}
