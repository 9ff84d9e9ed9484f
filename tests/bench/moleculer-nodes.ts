/**
 * Nodes of Moleculer that are killed or paused, and one that notices, a process each: what the detection of a member's death
 * is measured beside. A node is started under a name of its own each time, as nobody is to mistake it for the one before.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { BrokerOptions } from "moleculer";
import type { Random } from "@entrain/kernel";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";

/** How the nodes find each other, and by what they are missed. */
export interface MoleculerKind {
  readonly transporter: "TCP" | "Redis";
  /** Seconds between two heartbeats, and after how many without one a node is gone; Moleculer's defaults are 10 and 30. */
  readonly heartbeats?: readonly [everySeconds: number, goneAfterSeconds: number];
}

/** Nodes that can be hit. */
export interface MoleculerNodes {
  /** Starts a node, hits it at any moment between two heartbeats, and answers after how many ms the one that watches knew. */
  hit(blow: "killed" | "paused", random: Random): Promise<number>;
}

type Transporter = NonNullable<BrokerOptions["transporter"]>;

/** Beyond twice the default after which a node is gone, ms. */
const patienceMs = 120_000;
const main = path.join(import.meta.dirname, "moleculer-node.ts");

/** Starts the one that watches; others are started when they are to be hit. */
export async function openMoleculer(stack: AsyncDisposableStack, kind: MoleculerKind): Promise<MoleculerNodes> {
  const [heartbeatInterval, heartbeatTimeout] = kind.heartbeats ?? [10, 30];
  const shared = { namespace: `bench-${randomUUID()}`, logger: false, heartbeatInterval, heartbeatTimeout };
  const first = kind.transporter === "Redis" ? await overRedis(stack) : overTcp();
  const watching = stack.use(new NodeProcess({ ...shared, transporter: first }));
  const port = await watching.started();
  const transporter = kind.transporter === "Redis" ? first : overTcp(`127.0.0.1:${port}/${watching.id}`);
  return {
    async hit(blow, random) {
      const waitMs = random.next() * heartbeatInterval * 1_000;
      await using node = new NodeProcess({ ...shared, transporter });
      await watching.said(`known ${node.id}`, patienceMs);
      await delay(waitMs);
      const sentMs = performance.now();
      node.child.kill(blow === "killed" ? "SIGKILL" : "SIGSTOP");
      return (await watching.said(`gone ${node.id}`, patienceMs)) - sentMs;
    },
  };
}

async function overRedis(stack: AsyncDisposableStack): Promise<Transporter> {
  const { url } = stack.adopt(await acquireTestRedis(), (server) => server.stop());
  const { hostname, port } = new URL(url);
  return { type: "Redis", options: { host: hostname, port: Number(port) } };
}

function overTcp(urls?: string): Transporter {
  return { type: "TCP", options: { udpDiscovery: false, ...(urls === undefined ? {} : { urls }) } };
}

/** One node, and when it said what. */
class NodeProcess implements AsyncDisposable {
  readonly id = `node-${randomUUID()}`;
  readonly child: ChildProcess;
  readonly #lines = new Map<string, number>();
  readonly #ended: Promise<unknown>;

  constructor(options: BrokerOptions) {
    const child = spawn(process.execPath, [main, JSON.stringify({ ...options, nodeID: this.id })], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child = child;
    this.#ended = once(child, "exit");
    createInterface({ input: child.stdout }).on("line", (line) => this.#lines.set(line, performance.now()));
  }

  /** Resolves with the port that it listens on; over Redis with a word that is none. */
  async started(): Promise<string> {
    const find = (): string | undefined => [...this.#lines.keys()].find((line) => line.startsWith("started "));
    const line = await waitFor(`${this.id} to start`, find, patienceMs);
    return line.slice("started ".length);
  }

  /** Resolves with when it said this, monotonic ms. */
  said(line: string, withinMs: number): Promise<number> {
    return waitFor(`${this.id} to say "${line}"`, () => this.#lines.get(line), withinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.#ended;
  }
}
