/** Tasks in Redis (P1): one Lua command per kind of change, over lua/include/task.lua. */
import { canonicalJson, EntrainError, type Json, type TraceCarrier } from "@entrain/kernel";
import {
  carryText,
  queueOf,
  taskLimits,
  taskText,
  type ClaimRequest,
  type HandedOver,
  type Handoff,
  type HandoffOffer,
  type HandoffReason,
  type HandoffState,
  type HeldTask,
  type Task,
  type TaskCommand,
  type TaskDefinition,
  type TaskOutcome,
  type TaskState,
} from "@entrain/core/task";
import type { Amounts } from "@entrain/core/budget";
import type { TaskHint, TaskStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";
import type { ScriptName } from "./scripts.ts";

type Words = readonly (string | number)[];
type Fields = readonly string[];

/** The tasks of a swarm. */
export function createTaskStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): TaskStore {
  const { keys, commands, hub } = options;
  const { taskLeases, tasksEnded, tasksDead, taskCounters, capabilities, capabilityLoads, prefix } = keys;
  const channel = keys.channels.tasks;
  const writeKeys = [taskLeases, tasksEnded, tasksDead, taskCounters];
  const run = (name: ScriptName, args: Words) => commands.run(name, writeKeys, [channel, prefix, ...args]);

  async function claim(request: ClaimRequest): Promise<TaskOutcome> {
    const { agentId, queues, capabilities: offers, max, load = 0 } = request;
    const args = [agentId, max, taskLimits.offeringMs, load, offers.length, ...offers, ...queues];
    const claimKeys = [...writeKeys, capabilities, capabilityLoads];
    const reply = await commands.run("claim-tasks", claimKeys, [channel, prefix, ...args]);
    const [nextInMs, tasks, handed] = reply as readonly [string, readonly Fields[], readonly Fields[]];
    const next = nextInMs === "" ? null : Number(nextInMs);
    return { kind: "claimed", tasks: tasks.map(heldFrom), offers: handed.map(offerFrom), nextInMs: next };
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
        [tasksDead, taskCounters, capabilities, capabilityLoads],
        [taskLimits.offeringMs, deadMax],
      );
      const [offers = [], dead = [], counts = [], loads = []] = reply as readonly Fields[];
      const byName = offersFrom(offers);
      return { capabilities: byName, loads: loadsFrom(byName, loads), dead, counts: countsFrom(counts) };
    },
    watch: (onHint) =>
      hub.watch(channel, (message) => {
        const { offered = [], answered = [], ended = [] } = JSON.parse(message) as Partial<TaskHint>;
        onHint({ offered, answered, ended });
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
      return ["renew-task", [command.taskId, command.token, text, consumedText(command.consumed)]];
    }
    case "complete":
      return [
        "complete-task",
        [command.taskId, command.token, taskText("result", command.result), consumedText(command.consumed)],
      ];
    case "fail": {
      const { taskId, token, cause, again, delayMs } = command;
      const words = [taskId, token, causeText(cause), again ? 1 : 0, Math.round(delayMs)];
      return ["fail-task", [...words, consumedText(command.consumed)]];
    }
    case "cancel":
      return ["cancel-tasks", [causeText(command.cause), ...command.taskIds]];
    case "replay":
      return ["replay-task", [command.taskId]];
    case "hand":
      return ["hand-task", [command.taskId, command.token, command.to, command.reason, Math.round(command.forMs)]];
    case "answer": {
      const { taskId, number, agentId, accepted, cause } = command;
      return ["answer-handoff", [taskId, number, agentId, accepted ? "accepted" : "rejected", causeText(cause)]];
    }
    case "transfer": {
      const { taskId, token, number, carry, consumed, trace } = command;
      const traced = trace === undefined ? "" : canonicalJson({ ...trace });
      return ["transfer-task", [taskId, token, number, carryText(carry), consumedText(consumed), traced]];
    }
    case "confirm":
      return ["confirm-handoff", [command.taskId, command.number, command.agentId]];
  }
}

const consumedText = (consumed: Amounts | undefined): string => (consumed === undefined ? "" : canonicalJson(consumed));
const consumedFrom = (text: string | undefined): Amounts =>
  text === undefined || text === "" ? {} : (JSON.parse(text) as Amounts);
const causeText = (cause: string): string => cause.slice(0, taskLimits.causeMax);

function outcomeFrom(command: TaskCommand, reply: unknown): TaskOutcome {
  if (command.kind === "cancel") return { kind: "cancelled", count: Number(reply) };
  const [kind = "", detail = "", ...more] = (typeof reply === "string" ? [reply] : reply) as Fields;
  switch (kind) {
    case "offered":
    case "repeated":
    case "reused":
    case "full":
    case "done":
    case "waiting":
    case "failed":
    case "answered":
    case "transferred":
    case "handoff-over":
      return { kind };
    case "handing":
      return { kind, number: Number(detail) };
    case "confirmed":
      return { kind, task: heldFrom([detail, ...more]) };
    case "renewed":
      return { kind, leaseLeftMs: Number(detail) };
    case "lost":
      return { kind, state: detail as TaskState | "unknown" };
  }
  throw new EntrainError("internal", `a command of the tasks answered ${kind || "nothing"}`);
}

function heldFrom([, token, attempt, leaseMs, definition = "null", ...handed]: Fields): HeldTask {
  return {
    definition: JSON.parse(definition) as TaskDefinition,
    token: Number(token),
    attempt: Number(attempt),
    leaseLeftMs: Number(leaseMs),
    consumed: consumedFrom(handed[3]),
    handedOver: handedFrom([...handed.slice(0, 3), handed[4] ?? ""]),
  };
}

function taskFrom(fields: Fields): Task {
  const [definition = "null", state, tries, holder, progress, result, cause, endedAtMs, ...handoff] = fields;
  return {
    definition: JSON.parse(definition) as TaskDefinition,
    state: state as TaskState,
    tries: Number(tries),
    holder: textOr(holder),
    progress: jsonFrom(progress),
    consumed: consumedFrom(handoff[10]),
    result: jsonFrom(result),
    cause: textOr(cause),
    endedAtMs: textOr(endedAtMs) === null ? null : Number(endedAtMs),
    handoff: handoffFrom(handoff.slice(0, 7)),
    handedOver: handedFrom([...handoff.slice(7, 10), handoff[11] ?? ""]),
  };
}

function handedFrom([from, reason, carry, traced]: Fields): HandedOver | null {
  const [by, trace] = [textOr(from), textOr(traced)];
  if (by === null) return null;
  const handed = { from: by, reason: reason as HandoffReason, carry: jsonFrom(carry) };
  return trace === null ? handed : { ...handed, trace: JSON.parse(trace) as TraceCarrier };
}

function handoffFrom([number, from = "", to = "", reason, state, untilMs, cause]: Fields): Handoff | null {
  if (textOr(number) === null) return null;
  const known = { reason: reason as HandoffReason, state: state as HandoffState, cause: textOr(cause) };
  return { number: Number(number), from, to, ...known, untilMs: Number(untilMs) };
}

function offerFrom([taskId = "", number, from = "", reason, state, leftMs, capability = ""]: Fields): HandoffOffer {
  const known = { reason: reason as HandoffReason, state: state as HandoffOffer["state"] };
  return { taskId, capability, number: Number(number), from, ...known, leftMs: Number(leftMs) };
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

/** `<capability> <agent>`, load, ... → capability → agent → load, of those that offer it now. */
function loadsFrom(
  offers: Readonly<Record<string, Fields>>,
  flat: Fields,
): Readonly<Record<string, Record<string, number>>> {
  const said = new Map<string, number>();
  for (let at = 0; at < flat.length; at += 2) said.set(flat[at] ?? "", Number(flat[at + 1]));
  const loads = (name: string, agents: Fields) => agents.map((agent) => [agent, said.get(`${name} ${agent}`) ?? 0]);
  return Object.fromEntries(
    Object.entries(offers).map(([name, agents]) => [name, Object.fromEntries(loads(name, agents))]),
  );
}

function countsFrom(flat: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let at = 0; at < flat.length; at += 2) counts[flat[at] ?? ""] = Number(flat[at + 1]);
  delete counts["token"];
  return counts;
}
