/**
 * A node of Moleculer in a process of its own, with one service: the peer of a member whose death is to be noticed, or the one
 * that notices. Lines on stdout: `started PORT`, then `known ID` for each node that it has heard of (over Redis: heard a
 * heartbeat of, so that silence can be missed) and `gone ID` when it takes one for dead.
 *
 * It ends when its standard input does.
 */
import { ServiceBroker, type BrokerOptions } from "moleculer";

const options = JSON.parse(process.argv[2] ?? "{}") as BrokerOptions;
const { type } = options.transporter as { readonly type?: string };
const isSilent = type === "Redis";
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const broker = new ServiceBroker(options);
broker.createService({ name: "echo", actions: { echo: () => "echo" } });
broker.localBus.on("$node.disconnected", ({ node }: { readonly node: { readonly id: string } }) => {
  say(`gone ${node.id}`);
});
await broker.start();
const { nodes } = broker.registry;
const { port } = nodes.localNode as unknown as { readonly port: number | null };
say(`started ${port}`);

const known = new Set<string>();
setInterval(() => {
  for (const { id, available, local, lastHeartbeatTime } of nodes.toArray())
    if (available && !local && !known.has(id) && (!isSilent || Boolean(lastHeartbeatTime))) {
      known.add(id);
      say(`known ${id}`);
    }
}, 50);
process.stdin.on("end", () => process.exit(0)).resume();
