/**
 * A process of subscribers for the bench of the context: five watches of one copy of the document, or five watches of one
 * key of etcd. Each change that concerns them carries the monotonic instant at which it was sent; the machine's monotonic
 * clock is one for all processes, so what is reported is the whole way. Lines on stdout: `ready`, then one latency (ms) each.
 *
 * It ends when its standard input does.
 */
import { randomUUID } from "node:crypto";
import { Etcd3 } from "etcd3";
import { createRedisStore } from "@entrain/redis";
import { ContextFollower, createSystemClock, systemTimers, watchContext } from "@entrain/runtime";

type WatchSurroundings = Parameters<typeof watchContext>[0];

/** What a watcher is told, as its only argument. */
export interface WatcherTask {
  readonly kind: "entrain" | "etcd";
  readonly url: string;
  readonly swarmId: string;
  readonly watches: number;
}

const task = JSON.parse(process.argv[2] ?? "{}") as WatcherTask;
const report = (sentNs: string): void => {
  process.stdout.write(`${Number(process.hrtime.bigint() - BigInt(sentNs)) / 1e6}\n`);
};

async function watchEntrain(): Promise<void> {
  const store = createRedisStore({
    redis: task.url,
    swarmId: task.swarmId,
    clock: createSystemClock(),
    timers: systemTimers,
  });
  await store.connect();
  const shared = { store: store.context, timers: systemTimers, events: () => undefined };
  const follower = new ContextFollower({ ...shared, health: store.health, seed: randomUUID() });
  follower.start();
  while (follower.current() === undefined) await new Promise(setImmediate);
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

async function watchEtcd(): Promise<void> {
  const client = new Etcd3({ hosts: task.url });
  for (let n = 0; n < task.watches; n++) {
    const watcher = await client.watch().key("probe").create();
    watcher.on("put", ({ value }) => {
      report(value.toString());
    });
  }
}

await (task.kind === "entrain" ? watchEntrain() : watchEtcd());
process.stdout.write("ready\n");
process.stdin.on("end", () => process.exit(0)).resume();
