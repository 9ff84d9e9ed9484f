/**
 * A process that stands for an election of etcd, by its client etcd3: the peer of an agent that stands for the swarm's
 * leadership. It campaigns again where its lease was lost. Lines on stdout: `elected` whenever it leads.
 *
 * SIGTERM makes it resign and end; so does the end of its standard input.
 */
import { Etcd3, type Campaign } from "etcd3";

/** What a candidate is told, as its only argument. */
export interface EtcdCandidateTask {
  readonly url: string;
  readonly election: string;
  readonly name: string;
  readonly ttlSeconds: number;
}

const task = JSON.parse(process.argv[2] ?? "{}") as EtcdCandidateTask;
const client = new Etcd3({ hosts: task.url });
const election = client.election(task.election, task.ttlSeconds);
let campaign: Campaign;
let isEnding = false;

function stand(): void {
  campaign = election.campaign(task.name);
  campaign.on("elected", () => {
    process.stdout.write("elected\n");
  });
  campaign.on("error", () => {
    if (!isEnding) setTimeout(stand, 50);
  });
}

async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await campaign.resign().catch(() => undefined);
  process.exit(0);
}

stand();
process.on("SIGTERM", () => void end());
process.stdin.on("end", () => void end()).resume();
