/** What an agent's context, history and metrics keep in memory: heap after the collection of garbage, more against fewer of them. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import type { MemoryTask } from "./decision-memory-worker.ts";
import { single, type Figure } from "./figure.ts";
import type { Suite } from "./suite.ts";

const suite = "decision-memory";
const main = path.join(import.meta.dirname, "decision-memory-worker.ts");
const run = promisify(execFile);

/** Heap of a process that holds it, KB (1,000 bytes). */
async function heapKb(task: Omit<MemoryTask, "swarmId">): Promise<number> {
  const told = JSON.stringify({ ...task, swarmId: `bench-${randomUUID()}` });
  const { stdout } = await run(process.execPath, ["--expose-gc", main, told]);
  return Number(stdout) / 1_000;
}

/** KB of one more, from a process with so many of them and one with more. */
async function perPiece(task: Omit<MemoryTask, "swarmId" | "count">, few: number, many: number): Promise<number> {
  const base = await heapKb({ ...task, count: few });
  return ((await heapKb({ ...task, count: many })) - base) / (many - few);
}

/** The suite. */
export const decisionMemorySuite: Suite = {
  name: suite,
  about:
    "Heap that an agent adds, with a full history (aim: 51 KB for context, history and metrics). A process keeps one context, one " +
    "history and one set of metrics for all its agents, so the aim is held against those of a process that hosts one agent; " +
    "an agent more in a process is measured besides.",
  async *measure(say): AsyncGenerator<Figure> {
    await using server = await acquireTestRedis();
    const { url } = server;
    const figure = (name: string, conditions: string, kb: number, n: number): Figure =>
      single({ suite, name, conditions, unit: "KB" }, kb, n);
    say("an agent more in a process");
    const agents = { url, hold: "agents", incidents: 10, metrics: "own" } as const;
    const hosts = "one host of 100 agents and one of 1,000, each agent has decided 10 incidents";
    yield figure("an agent more in a process, all of it", hosts, await perPiece(agents, 100, 1_000), 900);
    const [few, many] = [10, 60];
    const pieces = `${few} loops and ${many} in one process`;
    const loops = { url, hold: "loops", incidents: 1, metrics: "none" } as const;
    say("a process's own policy and context");
    const policy = await perPiece({ ...loops, hold: "policies" }, few, many);
    yield figure(
      "policy of a process, compiled",
      `${few} and ${many} in one process, the shipped rules, without their conditions, which a process keeps once`,
      policy,
      many - few,
    );
    const context = await perPiece(loops, few, many);
    // Each has decided about one incident, so that it holds all that it needs for that; the decision itself is no part of the context.
    const decided = ((await perPiece({ ...loops, incidents: 11 }, few, many)) - context) / 10;
    const own = context - policy - decided;
    yield figure("context of a process", `${pieces}, without the decision that each has taken`, own, many - few);
    say("a process's own history");
    // Its own copies of all that it holds, although a process that remembers the decisions shares them with those.
    const history = await perPiece({ ...loops, hold: "histories", incidents: 50 }, few, many);
    const distinct = `${few} histories and ${many}, 50 answers about 50 incidents`;
    yield figure("history of a process", distinct, history, many - few);
    say("a process's own metrics");
    for (const [metrics, fed] of [
      ["own", "as deciding feeds them"],
      ["all", "every family fed"],
    ] as const) {
      const kb = (await perPiece({ ...loops, metrics }, few, many)) - context;
      yield figure("metrics of a process", `${pieces}, all families, ${fed}`, kb, many - few);
      const sum = own + history + kb;
      yield figure(
        "context, history and metrics of a process",
        `the sum of these rows, ${fed}; aim: 51`,
        sum,
        many - few,
      );
    }
    say("all the decisions that a process remembers");
    const fifty = (await perPiece({ ...loops, incidents: 50, metrics: "all" }, few, many)) - policy;
    const whole = `${pieces}, 50 incidents decided, every family fed; not part of the aim, which leaves these decisions out`;
    yield figure("context, history, metrics, and the decisions remembered", whole, fifty, many - few);
    const memory = (await perPiece({ ...loops, incidents: 1_000 }, 2, 6)) - context;
    const thousand = "1,000 decisions, to give them back to a store that has lost them (D4)";
    yield figure("decisions remembered by a process", thousand, memory, 4);
  },
};
