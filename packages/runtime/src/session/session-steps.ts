/**
 * The tasks of a session's steps: offered once per owner, looked at, given up. A task has its step's name, so offering it again
 * after a crash makes no second one, and a result that was told while nobody drove is still there.
 */
import { EntrainError } from "@entrain/kernel";
import { addAmounts, type Amounts } from "@entrain/core/budget";
import {
  stepTask,
  stepTaskId,
  type Outcome,
  type SessionEvent,
  type SessionRecord,
  type SessionSpec,
  type WantedStep,
} from "@entrain/core/session";
import type { Task } from "@entrain/core/task";
import type { TaskStore } from "@entrain/ports";

/** Tasks that one call cancels or reads. */
const callMax = 500;

/** The steps of one session. */
export interface SessionSteps {
  /** Offers what is wanted; answers the ends of what cannot be offered. Errors: `resource-exhausted`, those of the store. */
  offer(wanted: readonly WantedStep[]): Promise<readonly SessionEvent[]>;
  /** The ends of those that are over, or late at `nowMs` of the store's clock. */
  ends(wanted: readonly WantedStep[], nowMs: number): Promise<readonly SessionEvent[]>;
  /** Cancels what was begun and is not wanted, and answers its ends. */
  drop(wanted: readonly WantedStep[], cause: string): Promise<readonly SessionEvent[]>;
  /** What steps under way had consumed at the last look. */
  consuming(): Amounts;
}

/** @param record of the session, as it goes on */
export function createSessionSteps(tasks: TaskStore, spec: SessionSpec, record: SessionRecord): SessionSteps {
  const { sessionId } = spec;
  const offered = new Set<string>();
  let consuming: Amounts = {};

  /** Why a step cannot be offered; undefined where it is. */
  async function offerOne(step: WantedStep): Promise<string | undefined> {
    try {
      const task = stepTask(spec, step, record.started.get(step.path));
      const { kind } = await tasks.apply({ kind: "offer", task });
      if (kind === "reused") return "there is another task of its name";
      // The session is tried again when there is room.
      if (kind === "full") throw new EntrainError("resource-exhausted", "too many tasks wait");
      return undefined;
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      if (error.code !== "invalid-argument") throw error;
      return error.message;
    }
  }

  async function read(taskIds: readonly string[]): Promise<readonly Task[]> {
    const found: Task[] = [];
    for (let at = 0; at < taskIds.length; at += callMax)
      found.push(...(await tasks.read(taskIds.slice(at, at + callMax))));
    return found;
  }

  /** Cancels tasks, and answers the ends of their steps: what they consumed is known only when they are no one's. */
  async function endPaths(paths: readonly string[], cause: string, why: (path: string) => string) {
    const taskIds = paths.map((path) => stepTaskId(sessionId, path));
    for (let at = 0; at < taskIds.length; at += callMax)
      await tasks.apply({ kind: "cancel", taskIds: taskIds.slice(at, at + callMax), cause });
    const found = new Map((await read(taskIds)).map(byId));
    return paths.map((path) =>
      endedEvent(path, { ok: false, cause: why(path) }, null, found.get(stepTaskId(sessionId, path))),
    );
  }

  /** Steps that were begun and have not ended. */
  const open = (): readonly string[] => [...record.started.keys()].filter((path) => !record.ended.has(path));

  function isLate({ path, step }: WantedStep, nowMs: number): boolean {
    const startedMs = record.started.get(path)?.atMs;
    return step.giveUpMs !== undefined && startedMs !== undefined && nowMs >= startedMs + step.giveUpMs;
  }

  return {
    async offer(wanted) {
      const failed: SessionEvent[] = [];
      const fresh = wanted.filter(({ path }) => !offered.has(path));
      await Promise.all(
        fresh.map(async (step) => {
          const cause = await offerOne(step);
          if (cause === undefined) offered.add(step.path);
          else failed.push(endedEvent(step.path, { ok: false, cause }, null));
        }),
      );
      return failed;
    },
    async ends(wanted, nowMs) {
      const found = new Map((await read(wanted.map(({ path }) => stepTaskId(sessionId, path)))).map(byId));
      const ends: SessionEvent[] = [];
      const late = new Map<string, string>();
      consuming = {};
      for (const step of wanted) {
        const task = found.get(stepTaskId(sessionId, step.path));
        // What the store has lost, or forgotten, is offered anew.
        if (task === undefined) offered.delete(step.path);
        const outcome = task === undefined ? undefined : outcomeOf(task);
        if (outcome !== undefined) ends.push(endedEvent(step.path, outcome, task?.holder ?? null, task));
        else if (isLate(step, nowMs)) late.set(step.path, `it took longer than ${step.step.giveUpMs} ms`);
        else consuming = addAmounts(consuming, task?.consumed ?? {});
      }
      if (late.size === 0) return ends;
      return [...ends, ...(await endPaths([...late.keys()], "its time is over", (path) => late.get(path) ?? ""))];
    },
    async drop(wanted, cause) {
      const paths = new Set(wanted.map(({ path }) => path));
      const idle = open().filter((path) => !paths.has(path));
      return idle.length === 0 ? [] : endPaths(idle, cause, () => cause);
    },
    consuming: () => consuming,
  };
}

const byId = (task: Task): readonly [string, Task] => [task.definition.taskId, task];

function endedEvent(path: string, outcome: Outcome, agentId: string | null, task?: Task): SessionEvent {
  const end = { kind: "ended", path, outcome, agentId } as const;
  const consumed = task?.consumed ?? {};
  return Object.keys(consumed).length === 0 ? end : { ...end, consumed };
}

function outcomeOf({ state, result, cause }: Task): Outcome | undefined {
  switch (state) {
    case "done":
      return { ok: true, value: result };
    case "failed":
    case "cancelled":
      return { ok: false, cause: cause ?? state };
    default:
      return undefined;
  }
}
