/** A firing as users see it: on the wall clock, as an anchor plus the monotonic clock, never the wall clock alone. */
import type { Clock, FiredBeat } from "@entrain/ports";
import type { BeatEvent } from "./agent-emitter.ts";

/** The same beat; `clock` is the one on which it fired. */
export function beatEvent({ intendedNs, firedNs, ...beat }: FiredBeat, clock: Clock): BeatEvent {
  const unixNowMs = clock.unixMs();
  const nowNs = clock.monoNs();
  const unixMsOf = (ns: number): number => unixNowMs - (nowNs - ns) / 1e6;
  return {
    ...beat,
    intendedAt: unixMsOf(intendedNs),
    firedAt: unixMsOf(firedNs),
    latenessMs: (firedNs - intendedNs) / 1e6,
  };
}
