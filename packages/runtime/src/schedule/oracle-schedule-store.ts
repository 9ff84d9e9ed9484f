/** A store of schedules for tests of the loops: the rules of core/schedule in virtual time. */
import { EntrainError } from "@entrain/kernel";
import { claimRun, defineJob, settleRun, type JobTable } from "@entrain/core/schedule";
import type { Clock, ScheduleStore, StoreHealth } from "@entrain/ports";

/** The store, of one job; it can be away, for all or for some agents, and can lose what it had. An answer takes 2 ms. */
export function scheduleStoreIn({
  clock,
  sleep,
}: {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
}) {
  let table: JobTable | undefined;
  const slots = new Map<string, number>();
  const state = { away: false, cutOff: new Set<string>(), generation: 1, claims: 0 };
  const watchers = new Set<Parameters<StoreHealth["watch"]>[0]>();
  async function answer<T>(agentId: string, answering: (nowMs: number) => T): Promise<T> {
    await sleep(1);
    if (state.away || state.cutOff.has(agentId)) throw new EntrainError("store-unavailable", "Redis is away");
    const given = answering(Math.floor(clock.unixMs()));
    await sleep(1);
    return given;
  }
  const storeOf = (caller: string): ScheduleStore => ({
    define: ({ text }, floorMs) =>
      answer(caller, (storeMs) => {
        table = defineJob(table, text, floorMs, storeMs);
        return { settledMs: table.settledMs, storeMs };
      }),
    claim: ({ text }, claim) =>
      answer(caller, (storeMs) => {
        state.claims += 1;
        const next = claimRun(table, { ...claim, text }, storeMs);
        table = next.table;
        const { answer } = next;
        if (answer.kind !== "granted") return { ...answer, storeMs };
        return { ...answer, run: { ...answer.run, generation: 1 }, storeMs };
      }),
    renew: (_job, run, leaseMs) =>
      answer(caller, (storeMs) => {
        if (table?.run?.token !== run.token || table.run.leaseUntilMs <= storeMs) return undefined;
        table = { ...table, run: { ...table.run, leaseUntilMs: storeMs + leaseMs } };
        return run;
      }),
    settle: (_note, run, outcome, message) =>
      answer(caller, (storeMs) => {
        const next = settleRun(table, run, outcome, message, storeMs);
        table = next.table;
        return next.settled;
      }),
    claimSlot: ({ agentId, cycle }) =>
      answer(caller, (storeMs) => {
        if ((slots.get(agentId) ?? -1) >= cycle) return { granted: false, storeMs };
        slots.set(agentId, cycle);
        return { granted: true, storeMs };
      }),
    recordSlot: () => answer(caller, () => undefined),
    list: () => answer(caller, () => []),
  });
  const health: StoreHealth = {
    status: () => ({ up: !state.away, generation: state.generation }),
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
  return {
    ...{ storeOf, health, state },
    history: () => table?.history ?? [],
    /** The store is another one, and has forgotten what it had after `settledMs`. */
    forget(settledMs: number): void {
      if (table !== undefined) table = { ...table, settledMs, run: undefined };
      state.generation += 1;
      for (const watcher of watchers) watcher({ up: true, generation: state.generation });
    },
  };
}
