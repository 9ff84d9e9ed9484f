/** What the last acts cost: true quantiles over a ring of the newest ones, and how often the context was at hand. */
import { quantile } from "@entrain/core/rhythm";

/** What `GET /api/v1/swarm` says of the acts; nulls before the first one. */
export interface ActFigures {
  readonly cacheHitRate: number | null;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
}

/** The last acts. */
export interface ActWindow {
  add(act: { readonly latencyMs: number; readonly contextHit: boolean }): void;
  figures(): ActFigures;
}

/** A window over the last `limit` acts (default 10,000). */
export function createActWindow(limit = 10_000): ActWindow {
  const latenciesMs: number[] = [];
  const hits: boolean[] = [];
  let added = 0;
  let memo: ActFigures | undefined;
  return {
    add({ latencyMs, contextHit }) {
      const at = added % limit;
      latenciesMs[at] = latencyMs;
      hits[at] = contextHit;
      added += 1;
      memo = undefined;
    },
    figures() {
      memo ??= {
        cacheHitRate: hits.length === 0 ? null : hits.filter(Boolean).length / hits.length,
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
