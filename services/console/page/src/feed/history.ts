/** The last minutes of the rhythm's figures, and what happened meanwhile, both bounded. */
import type { RhythmView } from "../../../src/contract/rhythm-view.ts";
import type { FeedEvent } from "./event-feed.ts";

/** One look at the rhythm; null: unknown then. */
export interface RhythmSample {
  /** The page's clock, Unix s. */
  readonly atS: number;
  readonly coherence: number | null;
  readonly spreadP50Ms: number | null;
  readonly spreadP99Ms: number | null;
  readonly cadencePpm: number | null;
}

/** Something that happened, to be marked in the charts. */
export interface Mark {
  readonly atS: number;
  readonly kind: "leader" | "member" | "goal" | "strategy" | "decision" | "context";
  readonly text: string;
}

/** Samples and marks that are kept: ten minutes at one a second, and what is legible. */
const kept = { samples: 600, marks: 200 } as const;

/** `list` with one more entry, the oldest dropped beyond `max`. */
function appended<T>(list: readonly T[], entry: T, max: number): readonly T[] {
  return [...list.slice(Math.max(0, list.length - max + 1)), entry];
}

/** The samples with one more. */
export function withSample(samples: readonly RhythmSample[], atS: number, rhythm: RhythmView): readonly RhythmSample[] {
  const { coherence, spreadMs, cadenceErrorPpm } = rhythm;
  const sample = { atS, coherence, spreadP50Ms: spreadMs.p50, spreadP99Ms: spreadMs.p99, cadencePpm: cadenceErrorPpm };
  return appended(samples, sample, kept.samples);
}

/** The marks with one more, where the event is worth one. */
export function withMark(marks: readonly Mark[], atS: number, event: FeedEvent): readonly Mark[] {
  const mark = markOf(event);
  return mark === undefined ? marks : appended(marks, { atS, ...mark }, kept.marks);
}

function markOf(event: FeedEvent): Omit<Mark, "atS"> | undefined {
  switch (event.type) {
    case "agent.joined":
      return { kind: "member", text: `${event.data.agentId} joined` };
    case "agent.left":
      return { kind: "member", text: `${event.data.agentId} left` };
    case "agent.dead":
      return { kind: "member", text: `${event.data.agentId} is dead` };
    case "leader.changed":
      return { kind: "leader", text: event.data.agentId === null ? "nobody leads" : `${event.data.agentId} leads` };
    case "goal.changed":
      return { kind: "goal", text: `goal ${event.data.kind}, every ${event.data.periodMs} ms` };
    case "strategy.switched":
      return { kind: "strategy", text: `${event.data.agentId} turned from ${event.data.from} to ${event.data.to}` };
    case "decision.committed":
      return { kind: "decision", text: `decided ${event.data.action}` };
    case "context.changed":
      return { kind: "context", text: `context ${event.data.version} by ${event.data.author}` };
    default:
      return undefined;
  }
}
