/**
 * A subscriber of the shared context in a process of its own. Each thing it is told is a line of JSON on stdout, after a
 * first line `ready`. With a pause between two of them it is a slow consumer, with a queue to match.
 *
 * It ends when its standard input does.
 */
import { setTimeout as delay } from "node:timers/promises";
import { connectCoordinator, createAgent, type WatchNews } from "entrain";

/** What a subscriber is told, as its only argument. */
export interface SubscriberTask {
  readonly redis: string;
  readonly swarm: string;
  /** Where it watches; without one it goes to Redis itself. */
  readonly coordinator?: string;
  readonly queueMax: number;
  readonly pauseMs: number;
}

/** One line: what was told, without the document. */
export type Told =
  | { readonly kind: "change"; readonly version: number; readonly baseVersion: number }
  | { readonly kind: "resync"; readonly version: number; readonly fromVersion: number; readonly cause: string }
  | { readonly kind: "bookmark"; readonly version: number };

function toldOf(news: WatchNews): Told {
  if (news.kind === "change") return { kind: news.kind, version: news.version, baseVersion: news.baseVersion };
  if (news.kind === "bookmark") return news;
  if (news.kind === "batch") throw new Error("no pace was asked for");
  return { kind: news.kind, version: news.version, fromVersion: news.fromVersion, cause: news.cause };
}

const { redis, swarm, coordinator, queueMax, pauseMs } = JSON.parse(process.argv[2] ?? "{}") as SubscriberTask;

async function tell(from: number, news: AsyncIterable<WatchNews>): Promise<void> {
  process.stdout.write(`ready ${from}\n`);
  for await (const one of news) {
    process.stdout.write(`${JSON.stringify(toldOf(one))}\n`);
    if (pauseMs > 0) await delay(pauseMs);
  }
}

async function overRedis(): Promise<void> {
  const agent = createAgent({ swarm, redis });
  await agent.start();
  while (agent.context.current() === undefined) await delay(10);
  const from = agent.context.current()?.version ?? 0;
  const watch = agent.context.watch({ queueMax, fromVersion: from });
  process.stdin.on("end", () => watch.close()).resume();
  await tell(from, watch);
  await agent.stop();
}

async function overGrpc(address: string): Promise<void> {
  await using held = connectCoordinator(address, { swarm, holder: "subscriber", insecure: false });
  const { version } = await held.context.read();
  const ending = new AbortController();
  process.stdin.on("end", () => ending.abort()).resume();
  await tell(version, held.context.watch({ queueMax, fromVersion: version }, ending.signal));
}

await (coordinator === undefined ? overRedis() : overGrpc(coordinator));
