/** Sessions in Redis: see lua/include/session.lua. The task that drives one is among the tasks, and fences its log (P1). */
import { canonicalJson } from "@entrain/kernel";
import {
  driverTask,
  endFromOutside,
  sessionTaskId,
  type SessionEvent,
  type SessionSpec,
  type SessionState,
} from "@entrain/core/session";
import { queueOf, taskLimits } from "@entrain/core/task";
import type { SessionHeader, SessionStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";
import type { ScriptName } from "./scripts.ts";

/** The sessions of a swarm. */
export function createSessionStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): SessionStore {
  const { keys, commands, hub } = options;
  const { taskLeases, tasksEnded, tasksDead, taskCounters, sessions, sessionsEnded, prefix, channels } = keys;
  const writeKeys = [taskLeases, tasksEnded, tasksDead, taskCounters, sessions, sessionsEnded];
  const run = (name: ScriptName, args: readonly (string | number)[]) =>
    commands.run(name, writeKeys, [channels.tasks, prefix, channels.sessions, ...args]);

  return {
    async create(spec, trace) {
      const task = driverTask(spec.sessionId, trace);
      const offer = [task.taskId, queueOf(task), task.leaseMs, task.triesMax, taskLimits.openMax, canonicalJson(task)];
      const reply = await run("create-session", [spec.sessionId, canonicalJson(spec), ...offer]);
      return reply as "created" | "repeated" | "reused" | "full";
    },
    async append({ sessionId, taskId, token, known, events }) {
      const moved = events.findLast(({ kind }) => kind === "state" || kind === "closed");
      const end = moved?.kind === "closed" ? moved : undefined;
      const state = moved?.kind === "state" || moved?.kind === "closed" ? moved.state : "";
      const header = [state, end?.score ?? "", end?.cause ?? "", end === undefined ? 0 : 1];
      const texts = events.map((event) => canonicalJson(event));
      const reply = await run("append-session", [sessionId, taskId, token, known, ...header, ...texts]);
      const [kind, atMs] = reply as readonly [string, string | undefined];
      return kind === "done" ? { kind, atMs: Number(atMs) } : { kind: "lost" };
    },
    async read(sessionId, after) {
      const reply = await commands.run("read-session", [], [prefix, sessionId, after]);
      const [nowMs, fields, log] = reply as readonly [string?, (readonly string[])?, (readonly string[])?];
      if (fields === undefined || log === undefined) return undefined;
      const entries = log.map((text, index) => {
        const space = text.indexOf(" ");
        const event = JSON.parse(text.slice(space + 1)) as SessionEvent;
        return { number: after + index + 1, atMs: Number(text.slice(0, space)), event };
      });
      return { header: headerFrom(fields), entries, nowMs: Number(nowMs) };
    },
    async list(limit, before) {
      const reply = await commands.run("list-sessions", [sessions], [prefix, before ?? "+inf", limit + 1]);
      const found = reply as readonly (readonly string[])[];
      const page = found.slice(0, limit);
      return {
        sessions: page.map(([, ...fields]) => headerFrom(fields)),
        next: found.length > limit ? Number(page.at(-1)?.[0]) : undefined,
      };
    },
    async cancel(sessionId, cause) {
      const event: SessionEvent = { kind: "closed", ...endFromOutside("cancelled", cause) };
      const args = [sessionId, sessionTaskId(sessionId), cause, canonicalJson(event)];
      return (await run("cancel-session", args)) === "1";
    },
    watch: (onHint) =>
      hub.watch(channels.sessions, (message) => {
        onHint(JSON.parse(message) as { readonly sessionId: string; readonly state: SessionState });
      }),
  };
}

function headerFrom([
  spec = "null",
  state,
  score,
  cause,
  createdAtMs,
  changedAtMs,
  cancelling,
]: readonly string[]): SessionHeader {
  return {
    spec: JSON.parse(spec) as SessionSpec,
    state: state as SessionState,
    score: score === undefined || score === "" ? null : Number(score),
    cause: cause ?? "",
    createdAtMs: Number(createdAtMs),
    changedAtMs: Number(changedAtMs),
    cancelling: cancelling === undefined || cancelling === "" ? null : cancelling,
  };
}
