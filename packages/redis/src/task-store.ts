/** Tasks in Redis (P1): one Lua command per kind of change, over lua/include/task.lua. */
import { canonicalJson, EntrainError, type Json } from "@entrain/kernel";
import {
  queueOf,
  taskLimits,
  taskText,
  type ClaimRequest,
  type HeldTask,
  type Task,
  type TaskCommand,
  type TaskDefinition,
  type TaskOutcome,
  type TaskState,
} from "@entrain/core/task";
import type { TaskHint, TaskStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";
import type { ScriptName } from "./scripts.ts";

type Words = readonly (string | number)[];

/** The tasks of a swarm. */
export function createTaskStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): TaskStore {
  const { keys, commands, hub } = options;
  const { taskLeases, tasksEnded, tasksDead, taskCounters, capabilities, prefix } = keys;
  const channel = keys.channels.tasks;
  const writeKeys = [taskLeases, tasksEnded, tasksDead, taskCounters];
  const run = (name: ScriptName, args: Words) => commands.run(name, writeKeys, [channel, prefix, ...args]);

  async function claim({ agentId, queues, capabilities: offers, max }: ClaimRequest): Promise<TaskOutcome> {
    const args = [agentId, max, taskLimits.offeringMs, offers.length, ...offers, ...queues];
    const reply = await commands.run("claim-tasks", [...writeKeys, capabilities], [channel, prefix, ...args]);
    const [nextInMs, ...tasks] = reply as readonly [string, ...(readonly string[])[]];
    return { kind: "claimed", tasks: tasks.map(heldFrom), nextInMs: nextInMs === "" ? null : Number(nextInMs) };
  }

  return {
    async apply(command) {
      if (command.kind === "claim") return claim(command);
      const [name, args] = callOf(command);
      return outcomeFrom(command, await run(name, args));
    },
    async read(taskIds) {
      if (taskIds.length === 0) return [];
      const reply = await commands.run("read-tasks", [], [prefix, ...taskIds]);
      return (reply as readonly (readonly string[])[]).map(taskFrom);
    },
    async figures(deadMax) {
      const reply = await commands.run(
        "read-task-figures",
        [tasksDead, taskCounters, capabilities],
        [taskLimits.offeringMs, deadMax],
      );
      const [offers, dead, counts] = reply as readonly (readonly string[])[];
      return { capabilities: offersFrom(offers ?? []), dead: dead ?? [], counts: countsFrom(counts ?? []) };
    },
    watch: (onHint) =>
      hub.watch(channel, (message) => {
        const { offered = [], ended = [] } = JSON.parse(message) as Partial<TaskHint>;
        onHint({ offered, ended });
      }),
  };
}

/** Which Lua command carries a command out, and what it is given. */
function callOf(command: Exclude<TaskCommand, { readonly kind: "claim" }>): readonly [ScriptName, Words] {
  switch (command.kind) {
    case "offer": {
      const { task } = command;
      const { openMax } = taskLimits;
      return ["offer-task", [task.taskId, queueOf(task), task.leaseMs, task.triesMax, openMax, canonicalJson(task)]];
    }
    case "renew": {
      const { progress } = command;
      const text = progress === undefined ? "" : taskText("progress", progress);
      return ["renew-task", [command.taskId, command.token, text]];
    }
    case "complete":
      return ["complete-task", [command.taskId, command.token, taskText("result", command.result)]];
    case "fail": {
      const { taskId, token, again, delayMs } = command;
      return ["fail-task", [taskId, token, causeText(command.cause), again ? 1 : 0, Math.round(delayMs)]];
    }
    case "cancel":
      return ["cancel-tasks", [causeText(command.cause), ...command.taskIds]];
    case "replay":
      return ["replay-task", [command.taskId]];
  }
}

const causeText = (cause: string): string => cause.slice(0, taskLimits.causeMax);

function outcomeFrom(command: TaskCommand, reply: unknown): TaskOutcome {
  if (command.kind === "cancel") return { kind: "cancelled", count: Number(reply) };
  const [kind = "", detail = ""] = (typeof reply === "string" ? [reply] : reply) as readonly string[];
  switch (kind) {
    case "offered":
    case "repeated":
    case "reused":
    case "full":
    case "done":
    case "waiting":
    case "failed":
      return { kind };
    case "renewed":
      return { kind, leaseLeftMs: Number(detail) };
    case "lost":
      return { kind, state: detail as TaskState | "unknown" };
  }
  throw new EntrainError("internal", `a command of the tasks answered ${kind || "nothing"}`);
}

function heldFrom([, token, attempt, leaseMs, definition = "null"]: readonly string[]): HeldTask {
  return {
    definition: JSON.parse(definition) as TaskDefinition,
    token: Number(token),
    attempt: Number(attempt),
    leaseLeftMs: Number(leaseMs),
  };
}

function taskFrom(fields: readonly string[]): Task {
  const [definition = "null", state, tries, holder, progress, result, cause, endedAtMs] = fields;
  return {
    definition: JSON.parse(definition) as TaskDefinition,
    state: state as TaskState,
    tries: Number(tries),
    holder: textOr(holder),
    progress: jsonFrom(progress),
    result: jsonFrom(result),
    cause: textOr(cause),
    endedAtMs: textOr(endedAtMs) === null ? null : Number(endedAtMs),
  };
}

const textOr = (text: string | undefined): string | null => (text === undefined || text === "" ? null : text);
const jsonFrom = (text: string | undefined): Json =>
  text === undefined || text === "" ? null : (JSON.parse(text) as Json);

/** `<capability> <agent>` in a list → capability → agents, both in order. */
function offersFrom(offers: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const byName = new Map<string, string[]>();
  for (const offer of [...offers].sort()) {
    const [capability = "", agentId = ""] = offer.split(" ");
    byName.set(capability, [...(byName.get(capability) ?? []), agentId]);
  }
  return Object.fromEntries(byName);
}

function countsFrom(flat: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let at = 0; at < flat.length; at += 2) counts[flat[at] ?? ""] = Number(flat[at + 1]);
  delete counts["token"];
  return counts;
}
