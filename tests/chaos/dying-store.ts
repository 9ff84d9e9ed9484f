/**
 * The store as a process sees it that dies at one of its calls, or to which one call is not answered: before the call, or after it
 * was carried out.
 */
import { EntrainError } from "@entrain/kernel";
import type { BudgetStore, ContextStore, SessionStore, TaskStore } from "@entrain/ports";

/** Where to die. */
export interface Death {
  /** The call, from 1; never where there are fewer. */
  readonly at: number;
  readonly when: "before" | "after";
  /** Only this call gets no answer in time, and the process lives on. */
  readonly isSilence?: boolean;
}

/** The ports that a driver of sessions works through. */
export interface DyingStore {
  readonly budgets: BudgetStore;
  readonly context: ContextStore;
  readonly sessions: SessionStore;
  readonly tasks: TaskStore;
  /** Resolves at the death. */
  readonly died: Promise<undefined>;
  /** Calls so far that may be the last one. */
  readonly calls: () => number;
  /** The token of the task that drives the session, once it is claimed. */
  readonly token: () => number | undefined;
}

const gone = (): Promise<never> => Promise.reject(new Error("this process is dead"));

/** Claims and renewals are no places to die at: nothing is done between them and the next call. */
export function createDyingStore(
  store: Pick<DyingStore, "budgets" | "context" | "sessions" | "tasks">,
  { at, when, isSilence = false }: Death,
): DyingStore {
  const death = Promise.withResolvers<undefined>();
  let [calls, dead, token] = [0, false, undefined as number | undefined];

  async function guarded<T>(call: () => Promise<T>): Promise<T> {
    if (dead) return gone();
    calls += 1;
    if (calls !== at) return call();
    dead = !isSilence;
    if (when === "after") await call();
    if (isSilence) throw new EntrainError("deadline-exceeded", "the store did not answer");
    death.resolve(undefined);
    return gone();
  }

  const { budgets, context, sessions, tasks } = store;
  return {
    died: death.promise,
    calls: () => calls,
    token: () => token,
    budgets: {
      ...budgets,
      read: (budgetIds) => guarded(() => budgets.read(budgetIds)),
      reclaim: () => (dead ? gone() : budgets.reclaim()),
      apply(command) {
        if (command.kind === "extend") return dead ? gone() : budgets.apply(command);
        return guarded(() => budgets.apply(command));
      },
    },
    context: {
      ...context,
      read: () => guarded(() => context.read()),
      changesSince: (version) => guarded(() => context.changesSince(version)),
    },
    sessions: {
      ...sessions,
      read: (sessionId, after) => guarded(() => sessions.read(sessionId, after)),
      append: (append) => guarded(() => sessions.append(append)),
    },
    tasks: {
      ...tasks,
      async apply(command) {
        if (command.kind === "renew") return dead ? gone() : tasks.apply(command);
        if (command.kind !== "claim") return guarded(() => tasks.apply(command));
        // One session a process: what it claims is what it dies with.
        if (dead || (token !== undefined && !isSilence))
          return { kind: "claimed", tasks: [], offers: [], nextInMs: null };
        const answer = await tasks.apply({ ...command, max: 1 });
        if (answer.kind === "claimed") token = answer.tasks[0]?.token;
        return answer;
      },
      read: (taskIds) => guarded(() => tasks.read(taskIds)),
      figures: (deadMax) => guarded(() => tasks.figures(deadMax)),
    },
  };
}
