/**
 * What observers of a process get to see: its agents' phases at a steady pace, and beats and acts soon after they
 * happened, gathered for a few milliseconds so that fifty agents' beats are one message. An observer that comes
 * late gets what happens from then on.
 */
import type { GoalRecord } from "@entrain/core/rhythm";
import type { FiredBeat, Observation, ObservedAct, Timers, Unsubscribe } from "@entrain/ports";

/** Pause between two looks at the phases, ms. */
const phasesEveryMs = 100;
/** How long beats and acts are gathered, ms. */
const gatherMs = 10;

/** Collects and hands out observations. */
export interface ObservationHub {
  beat(beat: FiredBeat): void;
  act(act: ObservedAct): void;
  observe(listener: (observation: Observation) => void): Unsubscribe;
  stop(): void;
}

/** A hub over the present state of a process. */
export function createObservationHub(options: {
  readonly timers: Timers;
  readonly standing: () => Pick<Observation, "atNs" | "phases" | "energies">;
  readonly goal: () => GoalRecord | undefined;
  readonly strategy: () => string;
}): ObservationHub {
  const { timers } = options;
  const listeners = new Set<(observation: Observation) => void>();
  let beats: FiredBeat[] = [];
  let acts: ObservedAct[] = [];
  let callOffPace: (() => void) | undefined;
  let callOffGathering: (() => void) | undefined;

  function publish(): void {
    callOffGathering?.();
    callOffGathering = undefined;
    const observation: Observation = {
      ...options.standing(),
      goal: options.goal(),
      strategy: options.strategy(),
      beats,
      acts,
    };
    beats = [];
    acts = [];
    for (const listener of listeners) listener(observation);
  }

  function pace(): void {
    publish();
    callOffPace = listeners.size > 0 ? timers.after(phasesEveryMs, pace) : undefined;
  }

  function gather(): void {
    callOffGathering ??= timers.after(gatherMs, publish);
  }

  return {
    beat(beat) {
      if (listeners.size === 0) return;
      beats.push(beat);
      gather();
    },
    act(act) {
      if (listeners.size === 0) return;
      acts.push(act);
      gather();
    },
    observe(listener) {
      listeners.add(listener);
      if (callOffPace === undefined) pace();
      else publish();
      return () => {
        listeners.delete(listener);
      };
    },
    stop() {
      callOffPace?.();
      callOffGathering?.();
      listeners.clear();
    },
  };
}
