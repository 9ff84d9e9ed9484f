/** The schedule desks of a swarm in virtual time, over one store, for the tests of this folder. */
import { createRandom } from "@entrain/kernel";
import { electionTimings } from "@entrain/core/election";
import type { Clock, RuntimeEvent, Timers } from "@entrain/ports";
import { scheduleStoreIn } from "./oracle-schedule-store.ts";
import { createScheduleDesk, type ScheduleDesk } from "./schedule-desk.ts";

/** Time that the test moves. */
interface DeskTime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly sleep: (ms: number) => Promise<void>;
  readonly until: <T>(promise: Promise<T>) => Promise<T>;
}

/** `size` desks that are not started yet; `members` is whom they take to be alive. */
export function desksIn<Time extends DeskTime>(time: Time, size: number) {
  const lab = scheduleStoreIn(time);
  const events: RuntimeEvent[] = [];
  const ids = Array.from({ length: size }, (_, index) => `agent-${index}`);
  const members = { ids };
  const deskOf = (agentId: string): ScheduleDesk =>
    createScheduleDesk({
      ...{ agentId, incarnation: () => 1, clock: time.clock, timers: time.timers, random: createRandom(agentId) },
      ...{ store: lab.storeOf(agentId), health: lab.health, timings: electionTimings() },
      members: () => members.ids,
      events: (event) => events.push(event),
    });
  const desks = ids.map(deskOf);
  return {
    ...{ time, lab, events, desks, members },
    ofKind: <Kind extends RuntimeEvent["kind"]>(kind: Kind) =>
      events.filter((event): event is Extract<RuntimeEvent, { kind: Kind }> => event.kind === kind),
    end: async (): Promise<void> => {
      lab.state.away = false;
      await time.until(Promise.all(desks.map((desk) => desk.stop(0))));
    },
  };
}
