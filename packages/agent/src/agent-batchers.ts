/** The batchers of one agent: beaten together, and drained together when it stops. */
import { randomUUID } from "node:crypto";
import { checkObject, createRandom, EntrainError } from "@entrain/kernel";
import type { EventSink } from "@entrain/ports";
import {
  createBatcher,
  createSystemClock,
  systemTimers,
  type Batcher,
  type BatcherOptions,
  type BeatenBatcher,
  type FleetSurroundings,
} from "@entrain/runtime";
import { createFleetPart, type FleetBatcherOptions } from "./fleet-batcher.ts";

/** All batchers of an agent. */
export interface AgentBatchers {
  /** @throws EntrainError `already-exists` for a name that is taken, `unavailable` after the stop, `invalid-argument`. */
  create<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result>;
  /** The same, whose flush is one with that of all agents. */
  createForFleet<Item, Result>(
    options: FleetBatcherOptions<Item, Result>,
    world: FleetSurroundings,
  ): Batcher<Item, Result>;
  beat(beat: number): void;
  /** Flushes what waits, within `drainMs`; from then on there are no more. */
  drain(drainMs: number): Promise<void>;
  /** The same for those that need the store. */
  drainFleet(drainMs: number): Promise<void>;
}

type FleetBatcher = BeatenBatcher & { close(): void };

/** None yet. */
export function createAgentBatchers(agentId: string, events: EventSink): AgentBatchers {
  const batchers = new Map<string, BeatenBatcher>();
  const fleet = new Map<string, FleetBatcher>();
  const clock = createSystemClock();
  const life = randomUUID();
  const surroundings = { agentId, keyPrefix: `${agentId}/${life}`, clock, timers: systemTimers, events };
  let stopped = false;

  function checkFree(name: string): void {
    if (stopped) throw new EntrainError("unavailable", "the agent has stopped: create another one");
    if (batchers.has(name) || fleet.has(name))
      throw new EntrainError("already-exists", `there is a batcher ${name}: use it, or choose another name`);
  }

  function build<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> & BeatenBatcher {
    return createBatcher(options, { ...surroundings, random: createRandom(`${life}/${options.name}`) });
  }

  return {
    create(options) {
      const { name } = checkObject("options", options, "give { name, flush }");
      checkFree(String(name));
      const batcher = build(options);
      batchers.set(options.name, batcher);
      return batcher;
    },
    createForFleet(options, world) {
      const { name } = checkObject("options", options, "give { name, flush }");
      checkFree(String(name));
      const { call, local } = createFleetPart(options, world);
      const batcher = build(local);
      fleet.set(options.name, {
        beat(beat) {
          batcher.beat(beat);
          call.beat(beat);
        },
        drain: (drainMs) => batcher.drain(drainMs),
        close() {
          call.close();
        },
      });
      return batcher;
    },
    beat(beat) {
      for (const batcher of batchers.values()) batcher.beat(beat);
      for (const batcher of fleet.values()) batcher.beat(beat);
    },
    async drain(drainMs) {
      stopped = true;
      await Promise.all([...batchers.values()].map((batcher) => batcher.drain(drainMs)));
    },
    async drainFleet(drainMs) {
      stopped = true;
      await Promise.all([...fleet.values()].map((batcher) => batcher.drain(drainMs)));
      for (const batcher of fleet.values()) batcher.close();
    },
  };
}
