/**
 * The book of a swarm's tasks: every command, step by step. The store carries the same out in Lua, and is held against this.
 *
 * Order within a command: leases that are over give their tasks back first, then the command itself.
 */
import { canonicalJson, type Json } from "@entrain/kernel";
import type { ClaimRequest, TaskCommand, TaskOutcome } from "./command.ts";
import { applyHandoff, heldOf, isUnconfirmed, offersTo, type HandedEntry } from "./handoff-book.ts";
import { queueOf, taskLimits, type HeldTask, type Task, type TaskDefinition, type TaskState } from "./task.ts";

interface Entry extends HandedEntry {
  definition: TaskDefinition;
  state: TaskState;
  tries: number;
  token: number;
  holder: string | null;
  progress: Json;
  result: Json;
  cause: string | null;
  /** Of a waiting one: when it may be claimed. Of a running one: when its lease ends. */
  atMs: number;
  endedAtMs: number | null;
}

/** Leases that one command looks at. */
const reclaimMax = 100;

/** The book; it changes by `apply` alone. */
export interface TaskBook {
  /** @param nowMs the store's clock; never goes back */
  apply(command: TaskCommand, nowMs: number): TaskOutcome;
  task(taskId: string): Task | undefined;
}

/** An empty book. */
export function createTaskBook(): TaskBook {
  return new Book();
}

class Book implements TaskBook {
  readonly #entries = new Map<string, Entry>();
  #tokens = 0;

  apply(command: TaskCommand, nowMs: number): TaskOutcome {
    this.#reclaim(nowMs);
    switch (command.kind) {
      case "offer":
        return this.#offer(command.task, nowMs);
      case "claim":
        return this.#claim(command, nowMs);
      case "cancel":
        return {
          kind: "cancelled",
          count: command.taskIds.filter((id) => this.#cancel(id, command.cause, nowMs)).length,
        };
      case "replay":
        return this.#replay(command.taskId, nowMs);
      case "hand":
      case "answer":
      case "transfer":
      case "confirm":
        return applyHandoff(this.#entries.get(command.taskId), command, nowMs, () => ++this.#tokens);
      default:
        return this.#byHolder(command, nowMs);
    }
  }

  task(taskId: string): Task | undefined {
    const entry = this.#entries.get(taskId);
    if (entry === undefined) return undefined;
    const { token: _token, atMs: _at, handoff, ...task } = entry;
    if (handoff === null) return { ...task, handoff };
    const { token: _owner, given: _giver, ...known } = handoff;
    return { ...task, handoff: known };
  }

  #reclaim(nowMs: number): void {
    const due = [...this.#entries.values()]
      .filter(({ state, atMs }) => state === "running" && atMs <= nowMs)
      .sort((a, b) => a.atMs - b.atMs || (a.definition.taskId < b.definition.taskId ? -1 : 1));
    for (const entry of due.slice(0, reclaimMax)) this.#giveBack(entry, "its holder vanished", true, nowMs, nowMs);
  }

  #giveBack(entry: Entry, cause: string, again: boolean, readyMs: number, nowMs: number): "waiting" | "failed" {
    const isTriedAgain = again && (entry.tries < entry.definition.triesMax || isUnconfirmed(entry));
    entry.cause = cause;
    entry.state = isTriedAgain ? "waiting" : "failed";
    if (isTriedAgain) entry.atMs = readyMs;
    else entry.endedAtMs = nowMs;
    return entry.state;
  }

  #offer(task: TaskDefinition, nowMs: number): TaskOutcome {
    const known = this.#entries.get(task.taskId);
    if (known !== undefined)
      return { kind: canonicalJson(known.definition) === canonicalJson(task) ? "repeated" : "reused" };
    const open = [...this.#entries.values()].filter(({ endedAtMs }) => endedAtMs === null).length;
    if (open >= taskLimits.openMax) return { kind: "full" };
    const fresh = { tries: 0, token: 0, holder: null, progress: null, result: null, cause: null, endedAtMs: null };
    const alone = { consumed: {}, handoff: null, handedOver: null };
    this.#entries.set(task.taskId, { ...fresh, ...alone, definition: task, state: "waiting", atMs: nowMs });
    return { kind: "offered" };
  }

  #claim(request: ClaimRequest, nowMs: number): TaskOutcome {
    const { agentId, queues, max } = request;
    const tasks: HeldTask[] = [];
    const waiting = [...this.#entries.values()].filter(({ state }) => state === "waiting");
    for (const queue of queues) {
      const ready = waiting
        .filter(({ definition, atMs }) => queueOf(definition) === queue && atMs <= nowMs)
        .sort((a, b) => a.atMs - b.atMs || (a.definition.taskId < b.definition.taskId ? -1 : 1));
      for (const entry of ready.slice(0, Math.max(0, max - tasks.length))) {
        const { leaseMs } = entry.definition;
        entry.state = "running";
        entry.tries += 1;
        entry.token = ++this.#tokens;
        entry.holder = agentId;
        entry.atMs = nowMs + leaseMs;
        tasks.push(heldOf(entry));
      }
    }
    const due = [...this.#entries.values()]
      .filter(
        ({ definition, state }) => state === "running" || (state === "waiting" && queues.includes(queueOf(definition))),
      )
      .map(({ atMs }) => Math.max(0, atMs - nowMs));
    const offers = offersTo(this.#entries.values(), request, nowMs);
    return { kind: "claimed", tasks, offers, nextInMs: due.length === 0 ? null : Math.min(...due) };
  }

  #byHolder(
    command: Extract<TaskCommand, { readonly kind: "renew" | "complete" | "fail" }>,
    nowMs: number,
  ): TaskOutcome {
    const entry = this.#entries.get(command.taskId);
    if (entry === undefined) return { kind: "lost", state: "unknown" };
    const isLatest = entry.token === command.token;
    if (command.kind === "complete" && isLatest && entry.state === "done") return { kind: "repeated" };
    if (!isLatest || entry.state !== "running") return { kind: "lost", state: entry.state };
    entry.consumed = command.consumed ?? entry.consumed;
    switch (command.kind) {
      case "renew":
        entry.atMs = nowMs + entry.definition.leaseMs;
        if (command.progress !== undefined) entry.progress = command.progress;
        return { kind: "renewed", leaseLeftMs: entry.definition.leaseMs };
      case "complete":
        entry.state = "done";
        entry.result = command.result;
        entry.cause = null;
        entry.endedAtMs = nowMs;
        return { kind: "done" };
      case "fail":
        return { kind: this.#giveBack(entry, command.cause, command.again, nowMs + command.delayMs, nowMs) };
    }
  }

  #cancel(taskId: string, cause: string, nowMs: number): boolean {
    const entry = this.#entries.get(taskId);
    if (entry === undefined || entry.endedAtMs !== null) return false;
    entry.state = "cancelled";
    entry.cause = cause;
    entry.endedAtMs = nowMs;
    return true;
  }

  #replay(taskId: string, nowMs: number): TaskOutcome {
    const entry = this.#entries.get(taskId);
    if (entry?.state !== "failed") return { kind: "lost", state: entry?.state ?? "unknown" };
    entry.state = "waiting";
    entry.tries = 0;
    entry.atMs = nowMs;
    entry.endedAtMs = null;
    return { kind: "waiting" };
  }
}
