/** A crowd of agents in processes of their own, as the benches of decisions hold it. */
import path from "node:path";
import { defaultPolicy } from "@entrain/core/decision";
import type { CrowdAccount, CrowdOrder, CrowdWorkerTask } from "./decision-crowd-worker.ts";
import { startLineWorker } from "./worker-lines.ts";

/** A crowd that has joined its swarm. */
export interface Crowd {
  /** Lets the agents meet incidents, by default all the same ones; what came in the first `warmMs` is not told. Ends the crowd. */
  decide(
    order: Omit<CrowdOrder, "startUnixMs" | "own"> & Partial<Pick<CrowdOrder, "own">>,
  ): Promise<readonly CrowdAccount[]>;
}

const main = path.join(import.meta.dirname, "decision-crowd-worker.ts");
/** From the order to its beginning: longer than a pipe takes, ms. */
const leadMs = 500;

/** Starts the processes; resolves when all agents have joined. */
export async function startCrowd(wish: {
  readonly url: string;
  readonly swarmId: string;
  readonly processes: number;
  readonly agentsPerProcess: number;
  /** Default: they ask the rules. */
  readonly ponders?: boolean;
  /** Default: the shipped policy's. */
  readonly leaderFirstMs?: number;
}): Promise<Crowd> {
  const { url, swarmId, processes, agentsPerProcess, ponders = false } = wish;
  const { leaderFirstMs = defaultPolicy.leaderFirstMs } = wish;
  const workers = Array.from({ length: processes }, (_, index) => {
    const agentIds = Array.from({ length: agentsPerProcess }, (__, at) => `a${index}-${at}`);
    return startLineWorker(main, {
      url,
      swarmId,
      agentIds,
      ponders,
      leaderFirstMs,
      writes: index === 0,
    } satisfies CrowdWorkerTask);
  });
  await Promise.all(workers.map((worker) => worker.next()));
  return {
    async decide(order) {
      const startUnixMs = Date.now() + leadMs;
      const told = workers.map(async (worker) => {
        worker.tell(JSON.stringify({ own: false, ...order, startUnixMs } satisfies CrowdOrder));
        return JSON.parse(await worker.next()) as CrowdAccount;
      });
      return Promise.all(told);
    },
  };
}
