/** The transport against peers that die, are paused, do not read, or send what nobody should. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status as Status,
  type StatusObject,
  type ServerDuplexStream,
} from "@grpc/grpc-js";
import { rhythmKeepalive } from "./channel-options.ts";
import type { PhaseFrame as WireFrame, PhaseFrame__Output } from "./gen/entrain/v1/PhaseFrame.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { eventually, frameOf, startLoopbackProcess, type LoopbackProcess } from "./loopback-process.ts";
import { frameToWire } from "./phase-wire.ts";

const { Exchange } = serviceDefinitions().phase;
const hello = (processId: string): WireFrame => ({
  wireVersion: 1,
  swarmId: "test",
  processId,
  timestamps: { sentNs: 1 },
});

/** A bare gRPC client's stream to `process`. */
function dialRaw({ server }: LoopbackProcess) {
  const client = new Client(server.address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  const call = client.makeBidiStreamRequest<WireFrame | Buffer, PhaseFrame__Output>(
    Exchange.path,
    (frame) => (Buffer.isBuffer(frame) ? frame : Exchange.requestSerialize(frame)),
    Exchange.responseDeserialize,
    new Metadata(),
    {},
  );
  const frames: PhaseFrame__Output[] = [];
  const state: { ended?: StatusObject } = {};
  call.on("data", (frame: PhaseFrame__Output) => frames.push(frame));
  call.on("error", () => undefined);
  call.on("status", (status: StatusObject) => (state.ended = status));
  return { call, frames, state, [Symbol.dispose]: () => client.close() };
}

const framesWere = ({ events }: LoopbackProcess, direction: string): number =>
  events.filter((event) => event.kind === "rhythm.frame" && event.direction === direction).length;

test("garbage in a stream is refused and counted; the stream goes on, and ends where it does not stop", async () => {
  await using b = await startLoopbackProcess({ processId: "b" });
  using raw = dialRaw(b);
  raw.call.write(hello("a"));
  await eventually("it is accepted", () => b.transport.connectedPeers().length === 1);
  for (let round = 0; round < 5; round++) raw.call.write(Buffer.from("ffffffffff", "hex"));
  await eventually("it is refused", () => framesWere(b, "refused") === 5);
  const [{ timestamps }] = raw.frames as [PhaseFrame__Output];
  const echo = { sentNs: 2, echoSentNs: timestamps!.sentNs, echoReceivedNs: 2 };
  raw.call.write({ timestamps: echo, ...frameToWire(frameOf(1)) });
  await eventually("a good frame is taken in", () => b.received.length === 1);
  for (let round = 0; round < 20; round++) raw.call.write(Buffer.from("ffffffffff", "hex"));
  await eventually("the stream ends", () => raw.state.ended !== undefined);
  assert.equal(raw.state.ended!.code, Status.INVALID_ARGUMENT);
  assert.equal(framesWere(b, "refused"), 13);
  assert.deepEqual(b.transport.connectedPeers(), []);
});

test("a peer that speaks another version of the wire is told so in one sentence", async () => {
  await using b = await startLoopbackProcess({ processId: "b" });
  using raw = dialRaw(b);
  raw.call.write({ ...hello("a"), wireVersion: 9 });
  await eventually("the stream ends", () => raw.state.ended !== undefined);
  assert.equal(raw.state.ended!.code, Status.FAILED_PRECONDITION);
  assert.match(raw.state.ended!.details, /^wire_version is 9, but this process speaks 1: [^.]*$/);
});

test("a peer that does not name itself is not waited for", async () => {
  await using b = await startLoopbackProcess({ processId: "b" });
  using raw = dialRaw(b);
  raw.call.resume();
  await eventually("the stream ends", () => raw.state.ended !== undefined, 5_000);
  assert.equal(raw.state.ended!.code, Status.DEADLINE_EXCEEDED);
});

test("of two streams of one process the newer one counts", async () => {
  await using b = await startLoopbackProcess({ processId: "b" });
  using older = dialRaw(b);
  older.call.write(hello("a"));
  await eventually("the older one is answered", () => older.frames.length === 1);
  using newer = dialRaw(b);
  newer.call.write(hello("a"));
  await eventually("the older one ends", () => older.state.ended !== undefined);
  assert.match(older.state.ended!.details, /replaced by a newer stream/);
  b.transport.send("a", frameOf(1));
  await eventually("the newer one is served", () => newer.frames.length === 2);
});

test("a peer that does not read is sent no more than the socket takes, and the newest once it reads", async () => {
  await using b = await startLoopbackProcess({ processId: "b" });
  using raw = dialRaw(b);
  raw.call.once("data", () => raw.call.pause());
  raw.call.write(hello("a"));
  await eventually("it is accepted", () => b.transport.connectedPeers().length === 1);
  const sendMany = async (times: number): Promise<void> => {
    for (let cycle = 0; cycle < times; cycle++) {
      b.transport.send("a", frameOf(cycle, 200));
      if (cycle % 50 === 0) await new Promise(setImmediate);
    }
  };
  for (let sent = -1, rounds = 0; framesWere(b, "sent") > sent && rounds < 20; rounds++) {
    sent = framesWere(b, "sent");
    await sendMany(500);
  }
  const sentFirst = framesWere(b, "sent");
  const before = process.memoryUsage().arrayBuffers;
  await sendMany(5_000);
  assert.equal(framesWere(b, "sent"), sentFirst);
  const grownBytes = process.memoryUsage().arrayBuffers - before;
  assert.ok(grownBytes < 2_000_000, `${grownBytes} bytes more`);
  raw.call.resume();
  await eventually("the backlog is read", () => raw.frames.length >= sentFirst);
  b.transport.send("a", frameOf(9_999.5));
  await eventually("the newest arrives", () => raw.frames.at(-1)?.phases[0]?.beat === 9_999);
});

test("a dialling process does not queue either where the other side does not read", async () => {
  using cleanup = new DisposableStack();
  const server = cleanup.adopt(new Server(), (open) => open.forceShutdown());
  let frames = 0;
  server.addService(serviceDefinitions().phase, {
    Exchange(stream: ServerDuplexStream<PhaseFrame__Output, WireFrame>) {
      stream.write(hello("b"));
      stream.on("error", () => undefined);
      stream.on("data", () => {
        frames += 1;
        if (frames === 3) stream.pause();
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  await using a = await startLoopbackProcess({ processId: "a" });
  a.transport.setPeers(new Map([["b", { address: `127.0.0.1:${port}` }]]));
  await eventually("it is connected", () => a.transport.connectedPeers().length === 1);
  for (let cycle = 0; cycle < 2_000; cycle++) {
    a.transport.send("b", frameOf(cycle, 200));
    if (cycle % 50 === 0) await new Promise(setImmediate);
  }
  // What gRPC's window and the sockets take; with its retry buffer it would be a hundred more, all of them old.
  assert.ok(framesWere(a, "sent") < 60, `${framesWere(a, "sent")} sent`);
});

/** A peer in a process of its own. */
function spawnPeer(processId: string, peer: LoopbackProcess) {
  const script = fileURLToPath(new URL("./loopback-peer.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, processId, peer.processId, peer.server.address], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: { readonly port?: number }[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => lines.push(JSON.parse(line) as { port?: number }));
  return {
    child,
    lines,
    async address(): Promise<string> {
      await eventually("the peer listens", () => lines.some((line) => line.port !== undefined));
      return `127.0.0.1:${lines.find((line) => line.port !== undefined)!.port!}`;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

for (const [role, peerId] of [
  ["dials", "a"],
  ["is dialled", "c"],
] as const)
  test(`a peer that ${role} is missed once it is paused, and found when it goes on; its death is noticed`, async () => {
    await using b = await startLoopbackProcess({ processId: "b", keepalive: rhythmKeepalive });
    await using peer = spawnPeer(peerId, b);
    b.transport.setPeers(new Map([[peerId, { address: await peer.address() }]]));
    const connected = (): boolean => b.transport.connectedPeers().includes(peerId);
    await eventually("frames arrive", () => connected() && b.received.length > 0);

    peer.child.kill("SIGSTOP");
    await eventually("the pause is noticed", () => !connected());

    const before = b.received.length;
    peer.child.kill("SIGCONT");
    await eventually("frames arrive again", () => connected() && b.received.length > before, 5_000);

    peer.child.kill("SIGKILL");
    await eventually("the death is noticed", () => !connected());
  });

test("a peer that hangs costs two sockets, however often it is looked for", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  using cleanup = new DisposableStack();
  let accepted = 0;
  const open = new Set<Socket>();
  const hanging = createServer((socket) => {
    accepted += 1;
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    socket.resume();
  });
  cleanup.defer(() => {
    hanging.close();
    for (const socket of open) socket.destroy();
  });
  await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
  a.transport.setPeers(new Map([["b", { address: `127.0.0.1:${(hanging.address() as AddressInfo).port}` }]]));
  await eventually("it was looked for four times", () => accepted === 4);
  assert.ok(open.size <= 2, `${open.size} sockets`);
});

test("after a close nothing keeps the process alive", async () => {
  await using b = await startLoopbackProcess({ processId: "b" });
  await using peer = spawnPeer("a", b);
  await eventually("it is connected", () => b.transport.connectedPeers().length === 1);
  const exited = once(peer.child, "exit");
  peer.child.stdin!.end();
  assert.deepEqual(await exited, [0, null]);
});
