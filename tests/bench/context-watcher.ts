/**
 * A process of subscribers for the bench of the context: five watches of one copy of the document, a decision loop of five
 * agents that takes its policy into use, or five watches of one key of etcd. Each change that concerns them carries the
 * monotonic instant at which it was sent; the machine's monotonic clock is one for all processes, so what is reported is the
 * whole way. Lines on stdout: `ready`, then one latency (ms) each.
 *
 * It ends when its standard input does.
 */
import { randomUUID } from "node:crypto";
import { Etcd3 } from "etcd3";
import { createRedisStore } from "@entrain/redis";
import { ContextFollower, createSystemClock, systemTimers, watchContext } from "@entrain/runtime";
import { createLoop } from "./decision-party.ts";

type WatchSurroundings = Parameters<typeof watchContext>[0];

/** What a watcher is told, as its only argument. */
export interface WatcherTask {
  readonly kind: "entrain" | "policy" | "etcd";
  readonly url: string;
  readonly swarmId: string;
  readonly watches: number;
}

const task = JSON.parse(process.argv[2] ?? "{}") as WatcherTask;
const report = (sentNs: string): void => {
  process.stdout.write(`${Number(process.hrtime.bigint() - BigInt(sentNs)) / 1e6}\n`);
};

/** The copy of the document in this process. */
async function openCopy() {
  const store = createRedisStore({
    redis: task.url,
    swarmId: task.swarmId,
    clock: createSystemClock(),
    timers: systemTimers,
  });
  await store.connect();
  const shared = { store: store.context, timers: systemTimers, clock: createSystemClock(), events: () => undefined };
  const follower = new ContextFollower({ ...shared, health: store.health, seed: randomUUID() });
  follower.start();
  while (follower.current() === undefined) await new Promise(setImmediate);
  return { store, follower, shared };
}

async function watchEntrain(): Promise<void> {
  const { follower, shared } = await openCopy();
  for (let n = 0; n < task.watches; n++) void listen(follower, shared);
}

async function listen(source: ContextFollower, shared: Omit<WatchSurroundings, "source">): Promise<void> {
  for await (const news of watchContext({ ...shared, source }, { pointers: ["/probe"] }))
    if (news.kind === "change")
      for (const change of news.changes) {
        // The first probe adds the section, the later ones replace what is in it.
        const sent: unknown = change.kind === "removed" ? undefined : change.after;
        if (typeof sent === "string") report(sent);
      }
}

/**
 * A policy is in use where a decision on a reading would rest on it. The agents of a process share its decision loop, as they do
 * in a host.
 */
async function followPolicy(): Promise<void> {
  const { store, follower } = await openCopy();
  let before = "";
  const look = ({ kind }: { readonly kind: string }): void => {
    if (kind !== "policy.changed") return;
    const sent = loop.observe({ temperature: 95 }).rule?.reasoning ?? "";
    if (sent !== before && /^\d+$/.test(sent)) for (let n = 0; n < task.watches; n++) report(sent);
    before = sent;
  };
  const wish = { url: task.url, swarmId: task.swarmId, agentId: "a", idleAfterMs: 1_000, events: look };
  const loop = createLoop(wish, store, follower);
  await loop.start();
}

async function watchEtcd(): Promise<void> {
  const client = new Etcd3({ hosts: task.url });
  for (let n = 0; n < task.watches; n++) {
    const watcher = await client.watch().key("probe").create();
    watcher.on("put", ({ value }) => {
      report(value.toString());
    });
  }
}

const begin = { entrain: watchEntrain, policy: followPolicy, etcd: watchEtcd };
await begin[task.kind]();
process.stdout.write("ready\n");
process.stdin.on("end", () => process.exit(0)).resume();
