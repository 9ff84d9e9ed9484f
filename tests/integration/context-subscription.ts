/** Subscribers of the shared context in processes of their own, and whether every version was accounted for (C1). */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Json } from "@entrain/kernel";
import { waitFor } from "@entrain/testkit/conformance";
import type { SubscriberTask, Told } from "./context-subscriber.ts";

/** A subscriber that has begun. */
export interface Subscriber extends AsyncDisposable {
  readonly pid: number;
  /** The version from which on it watches. */
  readonly from: number;
  readonly told: readonly Told[];
}

/** Starts one; resolves when it watches. */
export async function startSubscriber(
  wish: Pick<SubscriberTask, "redis" | "swarm"> & Partial<SubscriberTask>,
): Promise<Subscriber> {
  const task: SubscriberTask = { queueMax: 1_000, pauseMs: 0, ...wish };
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
export function assertAccounted({ from, told }: Pick<Subscriber, "from" | "told">, present: number): void {
  let reached = from;
  for (const news of told) {
    if (news.kind === "change") assert.equal(news.baseVersion, reached, `version ${news.version}`);
    if (news.kind === "resync") assert.equal(news.fromVersion, reached, `resync to ${news.version}`);
    reached = news.version;
  }
  assert.equal(reached, present);
}

/** Whether it was told of that version, or of a later one. */
export const has = ({ told, from }: Pick<Subscriber, "from" | "told">, version: number): boolean =>
  (told.at(-1)?.version ?? from) >= version;

/** Changes the document, each time by so many characters; the last version. A change that Redis does not take is tried again. */
export async function changeTimes(
  merge: (patch: Json) => Promise<{ readonly version: number }>,
  times: number,
  characters = 0,
): Promise<number> {
  let version = 0;
  for (let n = 0; n < times; n++)
    await waitFor("a change is taken", () =>
      merge({ n: { [n]: randomUUID().padEnd(characters, "x") } }).then(
        (made) => {
          version = made.version;
          return true;
        },
        () => false,
      ),
    );
  return version;
}
