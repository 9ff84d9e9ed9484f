/**
 * The API over a real model, journal and hub. What is made up are the inputs: what the store says, and what the agents'
 * processes answer.
 */
import { createHash } from "node:crypto";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { LeaderRecord } from "@entrain/core/election";
import type { ContextDocument } from "@entrain/core/context";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { ContextDesk, GoalSetting, LedgerEntry, LedgerStats, RuntimeEvent, ScheduledJob } from "@entrain/ports";
import { compilePolicy } from "@entrain/reasoners";
import { auditDecisions, createSystemClock, systemTimers } from "@entrain/runtime";
import { createEventHub } from "../events/event-hub.ts";
import { createEventJournal } from "../events/event-journal.ts";
import type { AgentConnection } from "../followers/process-observers.ts";
import { createAccess, type AccessOptions } from "../http/access.ts";
import type { ApiContext } from "../http/api-context.ts";
import type { AuditEntry } from "../http/audit.ts";
import { createHttpServer } from "../http/create-http-server.ts";
import { createSwarmModel, type SwarmInput } from "../swarm-model/swarm-model.ts";
import { at } from "./facts.ts";

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What the store of a test says. */
export interface StoreSays {
  /** Every read fails, as when Redis has just gone. */
  failing: boolean;
  entries: readonly LedgerEntry[];
  stats: LedgerStats;
  leader: LeaderRecord | undefined;
  context: ContextDocument | undefined;
  goal: GoalRecord | undefined;
  jobs: readonly ScheduledJob[];
}

/** An API with what is behind it. */
export async function createApi(
  inputs: readonly SwarmInput[] = [],
  desk?: ContextDesk,
  budgets?: ApiContext["store"]["budgets"],
  sessions?: ApiContext["sessions"],
  access: AccessOptions = { anonymous: "operator" },
  votes?: ApiContext["store"]["votes"],
) {
  const model = createSwarmModel("orders");
  const says: StoreSays = {
    failing: false,
    entries: [],
    stats: { count: 0, divergence: 0, safeAlone: 0 },
    leader: undefined,
    context: undefined,
    goal: undefined,
    jobs: [],
  };
  /** By process id. */
  const processes = new Map<string, Partial<AgentConnection>>();
  const events: RuntimeEvent[] = [];
  const audit: AuditEntry[] = [];
  const time = { seconds: 0, ready: true };
  const clock = createSystemClock();
  const hub = createEventHub(createEventJournal("test"), systemTimers);
  const feed = (input: SwarmInput): void => hub.publish(model.apply(input, at(time.seconds)));
  feed({ kind: "store", status: { up: true, generation: 1 } });
  for (const input of inputs) feed(input);

  const connection = (processId: string) => processes.get(processId) as AgentConnection | undefined;
  const context: ApiContext = {
    swarm: {
      model,
      feed,
      now: () => at(time.seconds),
      connection,
      processOf: (agentId) => connection(model.member(agentId)?.processId ?? ""),
    },
    store: {
      ...storeThat(says),
      ...(budgets === undefined ? {} : { budgets }),
      ...(votes === undefined ? {} : { votes }),
    },
    auditDecisions: (limit) => {
      const { ledger } = storeThat(says);
      return auditDecisions({ ledger, desk: desk ?? deskThat(says), compile: compilePolicy, sha256Hex }, limit);
    },
    votersMin: 2,
    desk: desk ?? deskThat(says),
    sessions: sessions ?? noSessions,
    hub,
    clock,
    timers: systemTimers,
    random: createRandom("console"),
    metrics: { contentType: "text/plain; version=0.0.4; charset=utf-8", text: () => Promise.resolve("# none\n") },
    ready: () => (time.ready ? { ok: true } : { ok: false, reason: "the console has not yet seen the swarm" }),
    events: (event) => events.push(event),
    access: createAccess(access),
    audit: (entry) => audit.push(entry),
  };
  return { app: await createHttpServer(context), model, feed, hub, says, processes, events, audit, time };
}

/** Ports over made-up state; pages are cut by position, as a cursor of any store would. */
function storeThat(says: StoreSays): ApiContext["store"] {
  const reading = <T>(answer: () => T): Promise<T> =>
    says.failing
      ? Promise.reject(new EntrainError("store-unavailable", "Redis went away"))
      : Promise.resolve().then(answer);
  return {
    ledger: {
      stats: () => reading(() => says.stats),
      list: (limit, cursor = "0") =>
        reading(() => {
          const from = Number(cursor);
          const entries = says.entries.slice(from, from + limit);
          return from + limit < says.entries.length ? { entries, next: String(from + limit) } : { entries };
        }),
    },
    election: { read: () => reading(() => says.leader) },
    // A test that works with budgets brings a real store.
    budgets: {
      apply: () => Promise.reject(new EntrainError("store-unavailable", "this test has no store to write to")),
      list: () => reading(() => ({ budgets: [], next: undefined, logged: 0 })),
      read: () => reading(() => []),
      log: () => reading(() => []),
      watch: () => () => undefined,
      checkpoint: () => reading(() => undefined),
    },
    schedules: {
      list: (limit, after = "") => reading(() => says.jobs.filter(({ job }) => job > after).slice(0, limit)),
    },
    // A test that removes voters brings a real store.
    votes: { voters: () => reading(() => ({ version: 0, voters: [] })), remove: noStore },
    goals: {
      readOrCreate: (initial) => reading(() => (says.goal ??= initial)),
      set: (goal) =>
        reading((): GoalSetting => {
          if (says.goal?.goalVersion !== goal.goalVersion - 1) return { kind: "overtaken", by: says.goal };
          says.goal = goal;
          return { kind: "set" };
        }),
    },
  };
}

const noStore = () => Promise.reject(new EntrainError("store-unavailable", "this test has no store to work with"));

/** A test that works with sessions brings a desk over a real store. */
const noSessions: ApiContext["sessions"] = { create: noStore, read: noStore, list: noStore, cancel: noStore };

/** The document as the store says it is; a test that changes it brings a desk over a real store. */
function deskThat(says: StoreSays): ContextDesk {
  const refuse = () => Promise.reject(new EntrainError("store-unavailable", "this test has no store to write to"));
  return {
    read: () =>
      says.failing
        ? Promise.reject(new EntrainError("store-unavailable", "Redis went away"))
        : Promise.resolve(says.context ?? { version: 0, document: {} }),
    patch: refuse,
    rollback: refuse,
    history: () => Promise.resolve({ nowMs: 0, present: 0, oldest: 0, entries: [] }),
  };
}
