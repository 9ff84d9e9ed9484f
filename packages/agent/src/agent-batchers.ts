/** The batchers of one agent: beaten together, and drained together when it stops. */
import { randomUUID } from "node:crypto";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { EventSink } from "@entrain/ports";
import {
  createBatcher,
  createSystemClock,
  systemTimers,
  type Batcher,
  type BatcherOptions,
  type BeatenBatcher,
} from "@entrain/runtime";

/** All batchers of an agent. */
export interface AgentBatchers {
  /** @throws EntrainError `already-exists` for a name that is taken, `unavailable` after the stop, `invalid-argument`. */
  create<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result>;
  beat(beat: number): void;
  /** Flushes what waits, within `drainMs`; from then on there are no more. */
  drain(drainMs: number): Promise<void>;
}

/** None yet. */
export function createAgentBatchers(agentId: string, events: EventSink): AgentBatchers {
  const batchers = new Map<string, BeatenBatcher>();
  const clock = createSystemClock();
  const life = randomUUID();
  const surroundings = { agentId, keyPrefix: `${agentId}/${life}`, clock, timers: systemTimers, events };
  let stopped = false;

  return {
    create(options) {
      if (stopped) throw new EntrainError("unavailable", "the agent has stopped: create another one");
      if (batchers.has(options.name))
        throw new EntrainError("already-exists", `there is a batcher ${options.name}: use it, or choose another name`);
      const random = createRandom(`${life}/${options.name}`);
      const batcher = createBatcher(options, { ...surroundings, random });
      batchers.set(options.name, batcher);
      return batcher;
    },
    beat(beat) {
      for (const batcher of batchers.values()) batcher.beat(beat);
    },
    async drain(drainMs) {
      stopped = true;
      await Promise.all([...batchers.values()].map((batcher) => batcher.drain(drainMs)));
    },
  };
}
