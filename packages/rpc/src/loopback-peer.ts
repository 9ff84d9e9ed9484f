/**
 * For tests: one process of the rhythm plane in a process of its own, to be stopped, continued and killed. Speaks JSON
 * lines on standard output ({port}, then {connected} on each change) and ends with its standard input.
 */
import { createPhaseTransport } from "./phase-transport.ts";
import { clockAhead, frameOf } from "./loopback-process.ts";
import { createRpcServer } from "./rpc-server.ts";

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const [processId = "peer", peerId = "", peerAddress = ""] = process.argv.slice(2);
const base = {
  swarmId: "test",
  processId,
  clock: clockAhead(3_000_000),
  insecure: false,
  events(event: { readonly kind: string }) {
    if (event.kind === "peers.changed") say(event);
  },
};
const transport = createPhaseTransport(base);
const server = await createRpcServer({ ...base, listen: { host: "127.0.0.1", port: 0 }, phase: transport });
say({ port: server.port });
if (peerId !== "") transport.setPeers(new Map([[peerId, { address: peerAddress }]]));
const pace = setInterval(() => transport.send(peerId, frameOf(0.5)), 20);
process.stdin.on("end", () => {
  clearInterval(pace);
  void transport.close().then(() => server.close({ deadlineMs: 50 }));
});
process.stdin.resume();
