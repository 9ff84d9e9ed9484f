/**
 * Watches at a coordinator in every kind of trouble: a subscriber that is paused (and one beside it that goes to Redis itself), one
 * whose connection is cut, one that is slow, and all of them through a restart of Redis. Each version is accounted for (C1).
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent } from "entrain";
import type { SubscriberTask, Told } from "./context-subscriber.ts";
import { assertAccounted, changeTimes, has, startSubscriber, type Subscriber } from "./context-subscription.ts";
import { startService } from "./service-process.ts";

/** How long the paused subscriber is stopped, ms. */
const pausedMs = 10_000;

/** Longest wait for what comes of it, ms. */
const patienceMs = 30_000;

/** A way to `address` that can be cut. */
async function openWay(address: string) {
  const [host, port] = address.split(":") as [string, string];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): number => {
    const { size } = sockets;
    for (const socket of sockets) socket.destroy();
    return size;
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    [Symbol.dispose]() {
      server.close();
      cut();
    },
  };
}

test("a subscriber that is paused for 10 s, and at a coordinator a paused, a cut off and a slow subscriber are told every version, also through a restart of Redis", async () => {
  await using redis = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const swarm = `g-${randomUUID()}`;
  const coordinator = stack.use(startService("coordinator", { ENTRAIN_SWARM: swarm, REDIS_URL: redis.url }));
  const { grpcAddress: address, opsUrl } = (await coordinator.ready()) as { grpcAddress: string; opsUrl: string };
  const way = stack.use(await openWay(address));
  const writer = stack.use(createAgent({ swarm, redis: redis.url }));
  await writer.start();
  const change = (times: number): Promise<number> => changeTimes((patch) => writer.context.merge(patch), times, 2_000);
  await change(1);
  const begin = async (more: Partial<SubscriberTask>): Promise<Subscriber> =>
    stack.use(await startSubscriber({ redis: redis.url, swarm, ...more }));
  const [direct, paused, cutOff, slow] = await Promise.all([
    begin({}),
    begin({ coordinator: address }),
    begin({ coordinator: way.address }),
    begin({ coordinator: address, queueMax: 5, pauseMs: 10 }),
  ]);
  const all = [direct, paused, cutOff, slow];
  const wasTooSlow = async (): Promise<boolean> =>
    /^entrain_context_watch_resyncs_total\{cause="slow"\} [1-9]/m.test(await (await fetch(`${opsUrl}/metrics`)).text());

  await change(5);
  for (const { pid } of [direct, paused]) process.kill(pid, "SIGSTOP");
  const until = performance.now() + pausedMs;
  let cuts = 0;
  let present = 0;
  try {
    const isOver = async (): Promise<boolean> =>
      performance.now() > until && (performance.now() > until + patienceMs || (await wasTooSlow()));
    for (let round = 0; !(await isOver()); round++) {
      present = await change(20);
      if (round % 3 === 2 && cuts < 5) cuts += way.cut() > 0 ? 1 : 0;
      await delay(10);
    }
  } finally {
    for (const { pid } of [direct, paused]) process.kill(pid, "SIGCONT");
  }
  assert.ok(cuts > 0, "the connection was cut while versions were made");
  await waitFor("all have caught up", () => all.every((one) => has(one, present)), patienceMs);
  await redis.restart();
  present = await change(20);
  await waitFor("all have caught up after the restart", () => all.every((one) => has(one, present)), patienceMs);
  for (const one of all) assertAccounted(one, present);
  const isSlow = (news: Told): boolean => news.kind === "resync" && news.cause === "slow";
  assert.ok(slow.told.some(isSlow), "it was too slow for some of them, and was told so");
});
