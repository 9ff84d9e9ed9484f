/** Figures as people read them; what is unknown is a dash. */
import type { RhythmView } from "../console/console-views.ts";

/** 0.9998, or 1.0000 only where it is exactly that. */
export function formatCoherence(value: number | null): string {
  if (value === null) return "-";
  return value < 1 ? Math.min(value, 0.9999).toFixed(4) : "1.0000";
}

/** 0.42 ms, 12 ms. */
export function formatMs(ms: number | null): string {
  if (ms === null) return "-";
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}

/** +3 ppm. */
export function formatPpm(ppm: number | null): string {
  if (ppm === null) return "-";
  const rounded = Math.round(ppm);
  return `${rounded > 0 ? "+" : ""}${rounded === 0 ? 0 : rounded} ppm`;
}

/** 0:07, 12:40, 100:00: minutes and seconds. */
export function formatElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** spread p50 0.42 ms, p99 0.90 ms */
export function formatSpread({ spreadMs }: RhythmView): string {
  return `p50 ${formatMs(spreadMs.p50)}, p99 ${formatMs(spreadMs.p99)}`;
}

/** A count with its noun: 1 agent, 2 agents. */
export function count(n: number | null, noun: string, plural = `${noun}s`): string {
  return `${n ?? "-"} ${n === 1 ? noun : plural}`;
}

/** A long id's beginning: enough to see that two are the same. */
export function shortId(id: string): string {
  return id.length > 12 ? id.slice(0, 12) : id;
}
