/** Subscribers of the shared context in processes of their own, in every kind of trouble: each version is accounted for (C1). */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent } from "entrain";
import type { SubscriberTask, Told } from "./context-subscriber.ts";

/** How long the paused subscriber is stopped, ms. */
const pausedMs = 10_000;

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

interface Subscriber extends AsyncDisposable {
  readonly pid: number;
  /** The version from which on it watches. */
  readonly from: number;
  readonly told: readonly Told[];
}

async function subscribe(swarm: string, more: Partial<SubscriberTask> = {}): Promise<Subscriber> {
  const task: SubscriberTask = { redis: redis.url, swarm, queueMax: 1_000, pauseMs: 0, ...more };
  const main = path.join(import.meta.dirname, "context-subscriber.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, "line")) as [string];
  const told: Told[] = [];
  lines.on("line", (line) => told.push(JSON.parse(line) as Told));
  return {
    pid: child.pid ?? assert.fail("it has a pid"),
    from: Number(first.split(" ")[1]),
    told,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

/** Each version follows on the one before it, or it is said from where on some were missed. */
function assertAccounted({ from, told }: Subscriber, present: number): void {
  let reached = from;
  for (const news of told) {
    if (news.kind === "change") assert.equal(news.baseVersion, reached, `version ${news.version}`);
    if (news.kind === "resync") assert.equal(news.fromVersion, reached, `resync to ${news.version}`);
    reached = news.version;
  }
  assert.equal(reached, present);
}

const has = ({ told, from }: Subscriber, version: number): boolean => (told.at(-1)?.version ?? from) >= version;

async function writerOf(swarm: string): Promise<Agent> {
  const agent = createAgent({ swarm, redis: redis.url });
  await agent.start();
  return agent;
}

/** Changes the document; the last version. A change that Redis does not take is tried again. */
async function change(writer: Agent, times: number): Promise<number> {
  let version = 0;
  for (let n = 0; n < times; n++)
    await waitFor("a change is taken", () =>
      writer.context.merge({ n: { [n]: randomUUID() } }).then(
        (made) => {
          version = made.version;
          return true;
        },
        () => false,
      ),
    );
  return version;
}

test(`a subscriber that is paused for ${pausedMs / 1_000} s is told every version made meanwhile`, async () => {
  const swarm = `s-${randomUUID()}`;
  await using writer = await writerOf(swarm);
  await using subscriber = await subscribe(swarm);
  await change(writer, 5);
  process.kill(subscriber.pid, "SIGSTOP");
  const until = performance.now() + pausedMs;
  let present = 0;
  try {
    while (performance.now() < until) present = await change(writer, 10);
  } finally {
    process.kill(subscriber.pid, "SIGCONT");
  }
  await waitFor("it has caught up", () => has(subscriber, present), 20_000);
  assertAccounted(subscriber, present);
});

test("a subscriber whose connections are cut is told every version", async () => {
  const swarm = `s-${randomUUID()}`;
  await using writer = await writerOf(swarm);
  await using subscriber = await subscribe(swarm);
  const raw = new Redis(redis.url);
  try {
    let present = 0;
    for (let cut = 0; cut < 5; cut++) {
      present = await change(writer, 20);
      await raw.call("CLIENT", "KILL", "TYPE", "pubsub");
      await raw.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }
    present = await change(writer, 20);
    await waitFor("it has caught up", () => has(subscriber, present), 20_000);
    assertAccounted(subscriber, present);
  } finally {
    raw.disconnect();
  }
});

test("through a restart of Redis a subscriber is told every version, or from where on some were missed", async () => {
  const swarm = `s-${randomUUID()}`;
  await using writer = await writerOf(swarm);
  await using subscriber = await subscribe(swarm);
  await change(writer, 20);
  await redis.restart();
  const present = await change(writer, 20);
  await waitFor("it has caught up", () => has(subscriber, present), 20_000);
  assertAccounted(subscriber, present);
});

test("a slow consumer is told what finds room, and then the whole with the version from which it missed some", async () => {
  const swarm = `s-${randomUUID()}`;
  await using writer = await writerOf(swarm);
  await using subscriber = await subscribe(swarm, { queueMax: 5, pauseMs: 40 });
  const present = await change(writer, 300);
  await waitFor("it has caught up", () => has(subscriber, present), 20_000);
  assertAccounted(subscriber, present);
  assert.ok(
    subscriber.told.some((news) => news.kind === "resync" && news.cause === "slow"),
    "it was too slow for some of them, and was told so",
  );
});
