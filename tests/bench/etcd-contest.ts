/** Five processes that stand for an election of etcd with etcd3: what a failover of the swarm's leader is measured beside. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { waitFor } from "@entrain/testkit/conformance";
import type { EtcdCandidateTask } from "./etcd-candidate.ts";
import { startEtcd } from "./etcd-server.ts";
import type { Candidate, LeaderContest, Turn } from "./leader-contest.ts";

const election = "failover";
/** etcd grants no lease below one and a half of its own election timeouts, which are 1 s by default. */
const flags = ["--heartbeat-interval", "50", "--election-timeout", "500"];

/** A process that campaigns; whatever it says is that it was elected. */
function startCandidate(task: EtcdCandidateTask, elected: () => void): Candidate {
  const main = path.join(import.meta.dirname, "etcd-candidate.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  createInterface({ input: child.stdout }).on("line", elected);
  return {
    kill: () => void child.kill("SIGKILL"),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/**
 * Starts an etcd and the candidates.
 *
 * @throws Error where etcd grants another lease than the one asked for.
 */
export async function openEtcdContest(
  stack: AsyncDisposableStack,
  names: readonly string[],
  ttlSeconds: number,
): Promise<LeaderContest> {
  const { url, client } = stack.use(await startEtcd(flags));
  const granted = await client.leaseClient.leaseGrant({ TTL: ttlSeconds, ID: 0 });
  if (Number(granted.TTL) !== ttlSeconds)
    throw new Error(`etcd grants ${granted.TTL} s where ${ttlSeconds} s were asked`);
  const turns: Turn[] = [];
  const keys = client.getAll().prefix(`election/${election}/`);
  const releases = await client.watch().prefix(`election/${election}/`).only("delete").create();
  // The client's close does not end a watch, and a watch keeps the process.
  stack.defer(() => releases.cancel());
  releases.on("delete", () => turns.push({ kind: "free", atMs: performance.now() }));
  const candidates = new Map<string, Candidate>();
  stack.defer(async () => {
    await Promise.all([...candidates.values()].map((candidate) => candidate[Symbol.asyncDispose]()));
  });
  const start = (name: string): Promise<void> => {
    const won = (): void => void turns.push({ kind: "won", atMs: performance.now() });
    candidates.set(name, startCandidate({ url, election, name, ttlSeconds }, won));
    return Promise.resolve();
  };
  const settled = (): Promise<string> =>
    waitFor(
      "all to stand in etcd",
      async () => {
        const standing = new Set(Object.values(await keys.strings()));
        const isSettled = names.every((name) => standing.has(name)) && turns.some(({ kind }) => kind === "won");
        return isSettled ? await client.election(election).leader() : false;
      },
      30_000,
    );
  for (const name of names) await start(name);
  return { candidates, turns, settled, start };
}
