/**
 * The store in Redis, put together: two connections a process (commands, hints), one adapter per port over them. No I/O
 * before `connect`.
 */
import type {
  BudgetStore,
  BarrierStore,
  BusStore,
  ContextStore,
  DirectiveStore,
  ElectionStore,
  GlobalState,
  GoalStore,
  Ledger,
  LockStore,
  PoolStore,
  RateStore,
  Registry,
  SessionStore,
  RoleStore,
  ScheduleStore,
  StoreHealth,
  SuccessionStore,
  SuspicionStore,
  TaskStore,
  VoteStore,
} from "@entrain/ports";
import { checkId } from "@entrain/kernel";
import { createBudgetStore } from "./budget-store.ts";
import { createBarrierStore } from "./barrier-store.ts";
import { createBusStore } from "./bus-store.ts";
import { createCommandPlane } from "./command-plane.ts";
import { createContextStore } from "./context-store.ts";
import { createDirectiveStore } from "./directive-store.ts";
import { createElectionStore, electionKeys, swarmElection } from "./election-store.ts";
import { createGenerationKeeper } from "./generation.ts";
import { createGlobalState } from "./global-state.ts";
import { createGoalStore } from "./goal-store.ts";
import { createLedger } from "./ledger.ts";
import { createLockStore } from "./lock-store.ts";
import { createMessageHub } from "./message-hub.ts";
import { storeSettings, type RedisStoreOptions } from "./options.ts";
import { createPoolStore } from "./pool-store.ts";
import { createRateStore } from "./rate-store.ts";
import { createRegistry } from "./registry.ts";
import { loadScripts, type Scripts } from "./scripts.ts";
import { createSessionStore } from "./session-store.ts";
import { createRoleStore } from "./role-store.ts";
import { createScheduleStore } from "./schedule-store.ts";
import { createStoreHealth } from "./store-health.ts";
import { createSuccessionStore } from "./succession-store.ts";
import { createSuspicionStore } from "./suspicion-store.ts";
import { createTaskStore } from "./task-store.ts";
import { createVoteStore } from "./vote-store.ts";

/** The ports of one swarm over one process's connections. */
export interface RedisStore {
  /**
   * Connects and resolves when the store is up. Rejects with the first failure in one sentence, but goes on trying until
   * `close`; calling it again waits for the next outcome.
   * @throws EntrainError `store-unavailable` (unreachable, loading, a replica) or `invalid-config` (password, permission,
   *   version, eviction, newer data).
   */
  connect(): Promise<void>;
  /** Ends both connections, which is no event; commands without an answer fail with `store-unavailable`. */
  close(): Promise<void>;
  readonly health: StoreHealth;
  /** Redis's own clock, the one that all processes agree on, to some milliseconds: Unix ms; undefined until it was first read. */
  unixMs(): number | undefined;
  readonly registry: Registry;
  /** An election by name; without one the swarm's own, whose terms fence the ledger. */
  election(name?: string): ElectionStore;
  /** A lock by name. */
  lock(name: string): LockStore;
  /** A barrier by name. */
  barrier(name: string): BarrierStore;
  readonly ledger: Ledger;
  readonly directives: DirectiveStore;
  readonly goals: GoalStore;
  readonly globalState: GlobalState;
  readonly context: ContextStore;
  readonly rates: RateStore;
  readonly budgets: BudgetStore;
  readonly tasks: TaskStore;
  readonly sessions: SessionStore;
  readonly bus: BusStore;
  readonly schedules: ScheduleStore;
  readonly votes: VoteStore;
  /** Of the swarm's own leader. */
  readonly succession: SuccessionStore;
  readonly suspicions: SuspicionStore;
  readonly roles: RoleStore;
  readonly pools: PoolStore;
}

/**
 * A store that is not connected yet.
 * @throws EntrainError `invalid-config` or `invalid-argument` that names the option.
 */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  return assembleRedisStore(options, loadScripts());
}

/** The same with the Lua commands given, so that a test can break one on purpose. */
export function assembleRedisStore(options: RedisStoreOptions, scripts: Scripts): RedisStore {
  const settings = storeSettings(options);
  const { keys, events, membership, recoveryWindowMs, requestTimeoutMs } = settings;
  const health = createStoreHealth(events);
  const generations = createGenerationKeeper({
    scripts,
    keys,
    windowMs: recoveryWindowMs,
    timeoutMs: requestTimeoutMs,
    onGeneration: (generation) => {
      // While the store is down its generation is told together with its being up.
      if (health.status().up) health.set({ generation });
    },
  });
  const onUp = (up: boolean): void => {
    health.set(up ? { up, generation: generations.known() } : { up });
  };
  let aheadMs: number | undefined;
  const onClock = (ms: number): void => {
    aheadMs = ms;
  };
  const commands = createCommandPlane({ settings, scripts, generations, onUp, onClock });
  const hub = createMessageHub(settings);
  const shared = { keys, commands, hub };
  return {
    async connect() {
      // Both begin, whatever becomes of the other: who fails now goes on trying.
      const outcomes = await Promise.allSettled([commands.connect(), hub.connect()]);
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    },
    async close() {
      health.end();
      await Promise.all([commands.close(), hub.close()]);
    },
    unixMs: () => aheadMs && settings.clock.monoMs() + aheadMs,
    health: { status: () => health.status(), watch: (onChange) => health.watch(onChange) },
    registry: createRegistry({ ...shared, timings: membership }),
    election: (name = swarmElection) =>
      createElectionStore({
        commands,
        hub,
        keys: electionKeys(keys, checkId("election", name)),
        leaseMaxMs: recoveryWindowMs,
      }),
    lock: (name) => createLockStore({ ...shared, name: checkId("lock", name), leaseMaxMs: recoveryWindowMs }),
    barrier: (name) => createBarrierStore({ ...shared, name: checkId("barrier", name) }),
    ledger: createLedger(shared),
    directives: createDirectiveStore(shared),
    goals: createGoalStore(shared),
    globalState: createGlobalState({ ...shared, missingForMs: membership.missingForMs }),
    context: createContextStore({ ...shared, timers: settings.timers }),
    rates: createRateStore(shared),
    budgets: createBudgetStore(shared),
    pools: createPoolStore({ keys, commands, hub, leaseMaxMs: recoveryWindowMs }),
    tasks: createTaskStore(shared),
    sessions: createSessionStore(shared),
    bus: createBusStore(shared),
    schedules: createScheduleStore({ keys, commands, leaseMaxMs: recoveryWindowMs }),
    votes: createVoteStore(shared),
    succession: createSuccessionStore({ ...shared, leaseMaxMs: recoveryWindowMs }),
    suspicions: createSuspicionStore({ ...shared, deadAfterMs: membership.deadAfterMs }),
    roles: createRoleStore(shared),
  };
}
