/** What the last acts cost: true quantiles over a ring of the newest ones, and how often the context was at hand. */
import { quantile } from "@entrain/core/rhythm";

/** What `GET /api/v1/swarm` says of the acts; nulls before the first one. */
export interface ActFigures {
  /** Share of safe actions that were taken alone. */
  readonly fallbackRate: number | null;
  readonly cacheHitRate: number | null;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
}

/** The last acts. */
export interface ActWindow {
  add(act: { readonly latencyMs: number; readonly contextHit: boolean; readonly alone: boolean }): void;
  figures(): ActFigures;
}

/** A window over the last `limit` acts (default 10,000). */
export function createActWindow(limit = 10_000): ActWindow {
  const latenciesMs: number[] = [];
  const hits: boolean[] = [];
  const alone: boolean[] = [];
  let added = 0;
  let memo: ActFigures | undefined;
  return {
    add({ latencyMs, contextHit, alone: tookAlone }) {
      const at = added % limit;
      latenciesMs[at] = latencyMs;
      hits[at] = contextHit;
      alone[at] = tookAlone;
      added += 1;
      memo = undefined;
    },
    figures() {
      memo ??= {
        cacheHitRate: shareOf(hits),
        fallbackRate: shareOf(alone),
        latencyMs: {
          p50: quantile(latenciesMs, 0.5) ?? null,
          p95: quantile(latenciesMs, 0.95) ?? null,
          p99: quantile(latenciesMs, 0.99) ?? null,
        },
      };
      return memo;
    },
  };
}

function shareOf(flags: readonly boolean[]): number | null {
  return flags.length === 0 ? null : flags.filter(Boolean).length / flags.length;
}
