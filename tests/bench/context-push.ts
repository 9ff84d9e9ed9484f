/**
 * How soon a change of the shared context is with a hundred subscribers in twenty processes, while nothing else changes and
 * while another section changes as fast as one writer can, up to a thousand times a second; beside as many watches of etcd on
 * the same machine, in the same run. The same for a change of the policy, up to where a decision would use it.
 */
import { quantile } from "@entrain/core/rhythm";
import { measureWatched, openEntrain, openEtcd, probes, processes, watches } from "./context-watched.ts";
import { hasEtcd } from "./etcd-server.ts";
import { distribution, single, type Figure, type Peer } from "./figure.ts";
import { measurePolicyChanges } from "./policy-changes.ts";
import type { Suite } from "./suite.ts";

const suite = "context";
const measured = [
  { kind: "entrain", subscribers: "watches", name: "change to subscriber" },
  {
    kind: "policy",
    subscribers: "agents, which share a decision loop a process,",
    name: "policy compiled and in force",
  },
] as const;

/** The same changes with etcd; undefined where there is none. */
async function measurePeer(isBusy: boolean): Promise<{ readonly peer: Peer; readonly says: string }> {
  await using etcd = await openEtcd();
  const { latenciesMs, disturbedPerSecond } = await measureWatched(etcd, isBusy);
  const says = `; etcd p99 ${(quantile(latenciesMs, 0.99) ?? Number.NaN).toFixed(1)} ms`;
  return {
    peer: { name: "etcd watches", p50: quantile(latenciesMs, 0.5) ?? Number.NaN },
    says: isBusy ? `${says} at ${disturbedPerSecond.toFixed(0)} updates/s` : says,
  };
}

async function* measure(say: (line: string) => void): AsyncGenerator<Figure> {
  const hasPeer = hasEtcd(say);
  for (const isBusy of [false, true]) {
    const state = isBusy ? "busy" : "idle";
    if (hasPeer) say(`etcd, ${state}`);
    const compared = hasPeer ? await measurePeer(isBusy) : undefined;
    for (const { kind, subscribers, name } of measured) {
      say(`${name}, ${state}`);
      await using entrain = await openEntrain(kind);
      const { latenciesMs, disturbedPerSecond } = await measureWatched(entrain, isBusy);
      const load = isBusy ? `${disturbedPerSecond.toFixed(0)} other updates/s` : "nothing else changes";
      const conditions = `${processes * watches} ${subscribers} in ${processes} processes, ${load}${compared?.says ?? ""}`;
      const named = { suite, conditions, unit: "ms" };
      yield distribution({ ...named, name }, latenciesMs, compared?.peer);
      yield single({ ...named, name: `${name}, longest` }, Math.max(...latenciesMs), latenciesMs.length);
      const expected = probes * processes * watches;
      yield single({ ...named, name: `${name}: told`, unit: "share" }, latenciesMs.length / expected, expected);
    }
  }
  yield* measurePolicyChanges(suite, say);
}

/** Push of a change to many subscribers. */
export const contextSuite: Suite = {
  name: suite,
  about:
    "From the sending of a change of the shared context to each of 100 subscribers in 20 processes, beside etcd's watches " +
    "(its client etcd3) on the same machine, idle and while another section changes; the same for a threshold of the " +
    "policy until 100 agents would decide by it; and agents that decide while their policy changes.",
  measure,
};
