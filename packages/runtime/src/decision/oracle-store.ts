/**
 * A store for tests of the decision loop: the ledger, the leader record and the shared document as plain maps, so dumb that
 * its own correctness is plain to see. Every client has a connection of its own, whose requests and answers take time
 * and may be lost; a command takes effect at the one instant at which it reaches the store.
 */
import { EntrainError } from "@entrain/kernel";
import type { Leadership } from "@entrain/core/election";
import { incidentIdOf, fingerprintKey, type Decision, type GlobalSnapshot } from "@entrain/core/decision";
import { emptyDocument, type ContextDocument } from "@entrain/core/context";
import type { Clock, GlobalState, Ledger, Proposal, Reoffered, Timers } from "@entrain/ports";
import type { ContextFollowerOptions } from "../context/context-follower.ts";

/** What becomes of one command: its way there and back, ms, and where it is lost, if it is. */
export interface Fate {
  readonly thereMs: number;
  readonly backMs: number;
  readonly lost?: "request" | "answer" | undefined;
}

/** How long a client waits for an answer before it gives up, ms. */
const commandTimeoutMs = 400;

/** The store and what tests look at and set. */
export interface OracleStore {
  /** By incident; a second commit on one incident would be seen in `commits`. */
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Decisions that were written, in order. */
  readonly commits: readonly Decision[];
  leader: (Leadership & { remainingMs: number }) | undefined;
  health: number | undefined;
  /** Forgets these decisions, as a failover does that lost its last writes. */
  lose(incidentIds: readonly string[]): void;
  document: ContextDocument | undefined;
  /** A connection; `fate` is asked for each command, `pushMs` for each push (undefined: it is missed). */
  connect(
    fate: (command: string) => Fate,
    pushMs?: () => number | undefined,
  ): {
    readonly ledger: Ledger;
    readonly globalState: GlobalState;
    readonly contextStore: ContextFollowerOptions["store"];
  };
}

/** An incident that was never seen. */
const never = { ordinal: 0, seenMs: -Infinity };

/** An empty store on these clocks. */
export function createOracleStore(clock: Clock, timers: Timers): OracleStore {
  const decisions = new Map<string, Decision>();
  const commits: Decision[] = [];
  const incidents = new Map<string, typeof never>();
  const held = { decisions, incidents, clock };
  const watchers = new Set<(decision: Decision) => void>();

  function open(what: Parameters<Ledger["open"]>[0], cooldownMs: number) {
    const { fingerprint, incidentId } = what;
    const given = { incidentId: incidentId ?? "", fingerprint, ordinal: 0 };
    if (incidentId !== undefined) return { incident: given, decision: decisions.get(incidentId) };
    const known = incidents.get(fingerprintKey(fingerprint)) ?? never;
    const ordinal = clock.monoMs() - known.seenMs > cooldownMs ? known.ordinal + 1 : known.ordinal;
    incidents.set(fingerprintKey(fingerprint), { ordinal, seenMs: clock.monoMs() });
    const id = incidentIdOf(fingerprint, ordinal);
    return { incident: { incidentId: id, fingerprint, ordinal }, decision: decisions.get(id) };
  }

  function commit(proposal: Proposal, fence: Leadership | undefined) {
    const { leader } = store;
    if (fence !== undefined && (leader === undefined || fence.term !== leader.term || fence.agentId !== leader.agentId))
      throw new EntrainError("stale-term", `the term in force is ${leader?.term ?? 0}`);
    const standing = decisions.get(proposal.incidentId);
    if (standing !== undefined) return { decision: standing, stands: standing.decisionId === proposal.decisionId };
    const decision = { ...proposal, term: leader?.term ?? 0, committedAtMs: clock.unixMs() };
    decisions.set(proposal.incidentId, decision);
    commits.push(decision);
    for (const onDecision of watchers) onDecision(decision);
    return { decision, stands: true };
  }

  function snapshot(): GlobalSnapshot {
    const { leader, health, document } = store;
    return {
      leader: leader && { ...leader, leaseUntilMs: clock.unixMs() + leader.remainingMs },
      health,
      alive: 5,
      missing: 0,
      voters: 5,
      votersDead: 0,
      contextVersion: document?.version ?? 0,
      generation: 1,
      recentDecisions: commits.slice(-20).map(({ decisionId }) => decisionId),
    };
  }

  const store: OracleStore = {
    decisions,
    commits,
    leader: undefined,
    health: 1,
    lose(incidentIds) {
      for (const incidentId of incidentIds) decisions.delete(incidentId);
    },
    document: undefined,
    connect(fate, pushMs = () => 1) {
      const send = <T>(command: string, run: () => T): Promise<T> => transmit(timers, fate(command), run);
      return {
        ledger: {
          open: (what, cooldownMs) => send("open", () => open(what, cooldownMs)),
          read: (incidentId) => send("read", () => decisions.get(incidentId)),
          commit: (proposal, fence) => send("commit", () => commit(proposal, fence)),
          reoffer: (known) => send("reoffer", () => known.map((decision) => giveBack(held, decision))),
          recordActs: () => send("recordActs", () => undefined),
          list: () => send("list", () => ({ entries: [] })),
          stats: () => send("stats", () => ({ count: commits.length, divergence: 0, safeAlone: 0 })),
          watch(onDecision) {
            const later = (decision: Decision): void => {
              const delayMs = pushMs();
              if (delayMs !== undefined) timers.after(delayMs, () => onDecision(decision));
            };
            watchers.add(later);
            return () => watchers.delete(later);
          },
        },
        globalState: {
          snapshot: () => send("snapshot", snapshot),
        },
        contextStore: contextStoreOf(store, (run) => send("document", run)),
      };
    },
  };
  return store;
}

interface Held {
  readonly decisions: Map<string, Decision>;
  readonly incidents: Map<string, typeof never>;
  readonly clock: Clock;
}

/** Restores a decision unless its incident has one; its occurrence is open again unless a later one is known. */
function giveBack({ decisions, incidents, clock }: Held, decision: Decision): Reoffered {
  const { incidentId, decisionId, committedAtMs } = decision;
  const standing = decisions.get(incidentId);
  if (standing?.decisionId === decisionId) return { kind: "held", decision };
  if (standing !== undefined) return { kind: "replaced", decision, standing };
  decisions.set(incidentId, decision);
  const [, key = "", digits = "0"] = /^(.*)\/(\d+)$/.exec(incidentId) ?? [];
  const seenMs = clock.monoMs() - (clock.unixMs() - committedAtMs);
  if ((incidents.get(key) ?? never).ordinal < Number(digits)) incidents.set(key, { ordinal: Number(digits), seenMs });
  return { kind: "restored", decision };
}

/** The document's part of the store. It gives no hints: versions are learned from the snapshots. */
function contextStoreOf(store: OracleStore, send: <T>(run: () => T) => Promise<T>): ContextFollowerOptions["store"] {
  return {
    read: () => send(() => store.document ?? emptyDocument),
    readOrCreate: (initial) => send(() => (store.document ??= { version: 1, document: structuredClone(initial) })),
    changesSince: () => send(() => ({ nowMs: 0, present: store.document?.version ?? 0, oldest: 0, entries: [] })),
    watch: () => () => undefined,
  };
}

/** One command's way to the store and back. */
function transmit<T>(timers: Timers, { thereMs, backMs, lost }: Fate, run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    timers.after(commandTimeoutMs, () => {
      reject(new EntrainError("deadline-exceeded", `no answer within ${commandTimeoutMs} ms`));
    });
    if (lost === "request") return;
    timers.after(thereMs, () => {
      let answer: () => void;
      try {
        const value = run();
        answer = () => resolve(value);
      } catch (thrown) {
        answer = () => reject(EntrainError.from(thrown));
      }
      if (lost !== "answer") timers.after(backMs, answer);
    });
  });
}
