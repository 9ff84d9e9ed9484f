/** Feeds the metrics of an observer of the swarm: what it answered, and what it measured. */
import type { RuntimeEvent } from "@entrain/ports";
import type { MetricFamilies } from "./metrics.ts";

/** What an observer reports. */
type ConsoleEvent = Extract<
  RuntimeEvent,
  {
    readonly kind:
      | "http.answered"
      | "http.failed"
      | "event-streams.changed"
      | "follow.failed"
      | "rhythm.measured"
      | "voters.counted";
  }
>;

/** Counts one event; texts of unknown variety go through `bound`. */
export function recordConsole(
  to: MetricFamilies,
  bound: (label: "route" | "what" | "code", text: string) => string,
  event: ConsoleEvent,
): void {
  switch (event.kind) {
    case "http.answered": {
      const { method, status, durationMs } = event;
      const labels = { method, route: bound("route", event.route), status: String(status) };
      to.httpDuration.observe(labels, seconds(durationMs));
      return;
    }
    case "http.failed":
      to.httpFaults.inc();
      return;
    case "event-streams.changed":
      to.eventStreams.set(event.open);
      return;
    case "follow.failed":
      to.followFailures.inc({ what: bound("what", event.what), code: bound("code", event.code) });
      return;
    case "rhythm.measured":
      to.coherence.set(event.coherence ?? Number.NaN);
      to.spread.set(event.spreadP50Ms === null ? Number.NaN : seconds(event.spreadP50Ms));
      to.cadenceError.set(event.cadenceErrorPpm === null ? Number.NaN : event.cadenceErrorPpm / 1e6);
      to.converged.set(event.converged ? 1 : 0);
      to.recoveryFloor.set(event.recoveryFloor ?? Number.NaN);
      to.recovery.set(event.recoveredAfterMs === null ? Number.NaN : seconds(event.recoveredAfterMs));
      return;
    case "voters.counted":
      to.voters.set({ state: "alive" }, event.alive);
      to.voters.set({ state: "dead" }, event.dead);
      to.votersQuorum.set(event.quorum);
      return;
  }
}

const seconds = (ms: number): number => ms / 1_000;
