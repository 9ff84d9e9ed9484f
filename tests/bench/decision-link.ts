/**
 * How often a decision finds its context at hand over a slow link to the store, and what becomes of it where the link is too slow to
 * keep a context of 100 ms fresh, and in a partition. The slowness is a proxy's: each way takes half of the round trip.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import type { DecideOutcome, RuntimeEvent } from "@entrain/ports";
import { startDelayProxy, type DelayProxy } from "./delay-proxy.ts";
import { join, leave, type Party } from "./decision-party.ts";
import { distribution, single, type Figure } from "./figure.ts";
import { openLoop } from "./open-loop.ts";
import type { Suite } from "./suite.ts";

const suite = "decision-link";
/** Round trip, ms; decisions a second; for how long, s. The context may be 100 ms old. */
const links = [
  [10, 100, 5],
  [70, 1, 20],
  [70, 10, 10],
  [70, 100, 10],
  [70, 1_000, 5],
  [90, 100, 5],
  [150, 100, 5],
] as const;
const partition = { roundTripMs: 10, perSecond: 10, seconds: 60 } as const;

/** A party behind a link, and the contexts that it was served. */
interface Remote {
  readonly party: Party;
  readonly served: { hits: number; stale: number; all: number };
}

async function joinOver(link: DelayProxy): Promise<Remote> {
  const served = { hits: 0, stale: 0, all: 0 };
  const events = (event: RuntimeEvent): void => {
    if (event.kind !== "context.served") return;
    served.all += 1;
    if (event.hit) served.hits += 1;
    if (event.stale) served.stale += 1;
  };
  const url = `redis://127.0.0.1:${link.port}`;
  return { party: await join({ url, swarmId: `bench-${randomUUID()}`, agentId: "remote", events }), served };
}

/** New incidents at a pace; nobody leads, so the agent proposes at once. */
async function decide({ party, served }: Remote, perSecond: number, seconds: number) {
  const batch = randomUUID();
  Object.assign(served, { hits: 0, stale: 0, all: 0 });
  const outcomes = await openLoop(perSecond, seconds * 1_000, (index) =>
    party.loop.decide({
      agentId: party.agentId,
      incarnation: 1,
      reading: { temperature: 85, subject: `${batch}-${index}` },
    }),
  );
  return { outcomes, served: { ...served } };
}

function* figuresOf(
  conditions: string,
  { outcomes, served }: { readonly outcomes: readonly DecideOutcome[]; readonly served: Remote["served"] },
): Generator<Figure> {
  const share = { suite, conditions, unit: "share" };
  yield single({ ...share, name: "context served without waiting, fresh" }, served.hits / served.all, served.all);
  yield single({ ...share, name: "context served stale" }, served.stale / served.all, served.all);
  const alone = outcomes.filter(({ source }) => source === "safe-alone").length;
  yield single({ ...share, name: "safe action taken alone" }, alone / outcomes.length, outcomes.length);
  const latencies = outcomes.map(({ latencyMs }) => latencyMs);
  yield distribution({ suite, conditions, name: "decision", unit: "ms" }, latencies);
}

async function* measureLinks(port: number, say: (line: string) => void): AsyncGenerator<Figure> {
  for (const [roundTripMs, perSecond, seconds] of links) {
    say(`a round trip of ${roundTripMs} ms, ${perSecond} decisions a second for ${seconds} s`);
    await using link = await startDelayProxy(port, roundTripMs / 2);
    const remote = await joinOver(link);
    await decide(remote, 20, 2);
    const conditions = `round trip ${roundTripMs} ms, ${perSecond}/s for ${seconds} s`;
    yield* figuresOf(conditions, await decide(remote, perSecond, seconds));
    await leave(remote.party);
  }
}

async function* measurePartition(port: number, say: (line: string) => void): AsyncGenerator<Figure> {
  const { roundTripMs, perSecond, seconds } = partition;
  say(`a partition of ${seconds} s`);
  await using link = await startDelayProxy(port, roundTripMs / 2);
  const remote = await joinOver(link);
  await decide(remote, perSecond, 2);
  link.cut(true);
  const conditions = `cut off for ${seconds} s, ${perSecond}/s`;
  yield* figuresOf(conditions, await decide(remote, perSecond, seconds));
  link.cut(false);
  const healedMs = performance.now();
  while (!remote.party.loop.isWarm()) {
    remote.party.loop.context(remote.party.agentId, false);
    await delay(5);
  }
  const named = { suite, conditions: "after the cut", name: "from the end of the cut to a fresh context", unit: "ms" };
  yield single(named, performance.now() - healedMs, 1);
  const whole = `after the cut, ${perSecond}/s for 5 s`;
  yield* figuresOf(whole, await decide(remote, perSecond, 5));
  await leave(remote.party);
}

/** The suite. */
export const decisionLinkSuite: Suite = {
  name: suite,
  about:
    "How often a decision finds a context of at most 100 ms at hand over slow links to a real Redis (aim: over 90 % up to a round " +
    "trip of 70 ms), beyond that, and in a partition. Waiting for a fresh context takes 200 ms at most; stale ones are marked.",
  async *measure(say) {
    await using server = await acquireTestRedis();
    yield* measureLinks(server.port, say);
    yield* measurePartition(server.port, say);
  },
};
