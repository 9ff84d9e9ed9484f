/** The swarm at a glance: the figures of `GET /api/v1/swarm`. */
import type { ComponentChildren } from "preact";
import type { SwarmFeed } from "../feed/swarm-feed.ts";
import { formatMs, formatPeriod, formatPlain, formatPpm, formatRatio, formatShare, formatTime } from "./figures.ts";

/** A name and its figure. */
function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The figures, or a word on why there are none. */
export function Overview({ feed }: { readonly feed: SwarmFeed }) {
  const swarm = feed.swarm.value;
  if (swarm === undefined) return <p class="quiet">Reading the swarm…</p>;
  const { agents, leader, rhythm, decisions, store, context } = swarm;
  const { goal, spreadMs } = rhythm;
  return (
    <dl class="facts">
      <Fact name="Agents alive">{agents}</Fact>
      <Fact name="Goal">{goal === null ? "–" : `${goal.kind}, every ${formatPeriod(goal.periodMs)}`}</Fact>
      <Fact name="Converged">{rhythm.converged ? "yes" : "not yet"}</Fact>
      <Fact name="Coherence">{formatRatio(rhythm.coherence)}</Fact>
      <Fact name="Largest gap">{rhythm.maxGapRatio === null ? "–" : `${rhythm.maxGapRatio.toFixed(3)} × even`}</Fact>
      <Fact name="Spread p50, p99">{`${formatMs(spreadMs.p50)}, ${formatMs(spreadMs.p99)}`}</Fact>
      <Fact name="Cadence error">{formatPpm(rhythm.cadenceErrorPpm)}</Fact>
      <Fact name="Strategy">{formatPlain(rhythm.strategy)}</Fact>
      <Fact name="Leader">{leader.agentId ?? "nobody"}</Fact>
      <Fact name="Term">{formatPlain(leader.term)}</Fact>
      <Fact name="Lease until">{formatTime(leader.leaseUntil)}</Fact>
      <Fact name="Decisions">{formatPlain(decisions.count)}</Fact>
      <Fact name="Divergence">{formatPlain(decisions.divergence)}</Fact>
      <Fact name="Taken alone">{formatPlain(decisions.safeAlone)}</Fact>
      <Fact name="Decision p50, p99">{`${formatMs(decisions.latencyMs.p50)}, ${formatMs(decisions.latencyMs.p99)}`}</Fact>
      <Fact name="Cache hits">{formatShare(decisions.cacheHitRate)}</Fact>
      <Fact name="Context">{formatPlain(context.version)}</Fact>
      <Fact name="Redis">{store.up ? `up, generation ${formatPlain(store.generation)}` : "away"}</Fact>
    </dl>
  );
}
