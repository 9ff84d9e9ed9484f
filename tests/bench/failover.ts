/**
 * How long the swarm is without a leader: five processes of the agent service with a lease of 1 s, whose leader is killed, paused
 * or stopped again and again, at any moment of its lease. Killed and paused: from the signal to the new leader's term.
 * Stopped: from the release of the leadership to the next term. Both are seen by a client of the same Redis. The same blows
 * fall on five candidates of an election of etcd with the same lease, before, in the same run.
 *
 * `--kills` (default 20) says how often the leader is killed; a third as often it is paused, and as often stopped.
 */
import { createRandom } from "@entrain/kernel";
import { quantile } from "@entrain/core/rhythm";
import { distribution, type Figure, type Peer } from "./figure.ts";
import { hasEtcd } from "./etcd-server.ts";
import { openEtcdContest } from "./etcd-contest.ts";
import { hitLeader, type Blow, type LeaderContest } from "./leader-contest.ts";
import { openSwarmContest } from "./swarm-contest.ts";
import type { BenchOptions, Suite } from "./suite.ts";

const suite = "failover";
const leaseMs = 1_000;
const names = ["a", "b", "c", "d", "e"] as const;

const blows = ["killed", "stopped", "paused"] as const;

interface Asked extends BenchOptions {
  readonly say: (line: string) => void;
}

/** Whose leaders are hit, and how they come to be. */
interface Contestants {
  readonly name: "entrain" | "etcd";
  open(stack: AsyncDisposableStack): Promise<LeaderContest>;
}

const swarm: Contestants = { name: "entrain", open: (stack) => openSwarmContest(stack, names, leaseMs) };
const etcd: Contestants = { name: "etcd", open: (stack) => openEtcdContest(stack, names, leaseMs / 1_000) };

function timesOf(blow: Blow, kills: number): number {
  return blow === "killed" ? kills : Math.ceil(kills / 3);
}

/** Hits the leader of one contest as often as is missing; answers whether all is there. */
async function hitAll(contestants: Contestants, { kills, samples, say }: Asked): Promise<boolean> {
  const { name } = contestants;
  const key = (blow: Blow): string => `${name} ${blow}`;
  const isDone = (): boolean => blows.every((blow) => samples.of(key(blow)).length >= timesOf(blow, kills));
  if (isDone()) return true;
  say(name);
  await using stack = new AsyncDisposableStack();
  const contest = await contestants.open(stack);
  const random = createRandom(`failover/${blows.map((blow) => samples.of(key(blow)).length).join("/")}`);
  for (const blow of blows)
    await samples.collect(key(blow), timesOf(blow, kills), async () => {
      const tookMs = await hitLeader(contest, blow, random);
      say(`leader ${blow} ${samples.of(key(blow)).length + 1} of ${timesOf(blow, kills)}: ${tookMs.toFixed(1)} ms`);
      return tookMs;
    });
  return isDone();
}

async function* measure(say: (line: string) => void, options: BenchOptions): AsyncGenerator<Figure> {
  const { samples } = options;
  const hasPeer = hasEtcd(say);
  if (hasPeer && !(await hitAll(etcd, { ...options, say }))) return;
  if (!(await hitAll(swarm, { ...options, say }))) return;
  for (const blow of blows) {
    const named = { suite, name: `leader ${blow} to the next leader`, unit: "ms" };
    const conditions = `${names.length} processes, lease ${leaseMs / 1_000} s`;
    const beside = hasPeer ? samples.of(`etcd ${blow}`) : [];
    const peer: Peer | undefined = hasPeer ? { name: "etcd", p50: quantile(beside, 0.5) ?? Number.NaN } : undefined;
    const own = { ...named, conditions: `${conditions}, renewed every 0.3 s` };
    yield distribution(own, samples.of(`entrain ${blow}`), peer);
    const theirs = { ...named, conditions: `${conditions}: etcd and its client etcd3, election timeout 0.5 s` };
    if (hasPeer) yield distribution(theirs, beside);
  }
}

export const failoverSuite: Suite = {
  name: suite,
  about:
    "How long the swarm has no leader when its leader is killed, stopped in order, or paused (L5), beside an election of etcd " +
    "with the same lease on the same machine.",
  measure,
};
