/** The transport with real sockets on loopback. What needs processes of their own is in phase-transport-faults.live.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, frameOf, startLoopbackProcess, type LoopbackProcess } from "./loopback-process.ts";

const areConnected = (a: LoopbackProcess, b: LoopbackProcess): boolean =>
  a.transport.connectedPeers().includes(b.processId) && b.transport.connectedPeers().includes(a.processId);

async function connect(a: LoopbackProcess, b: LoopbackProcess): Promise<void> {
  a.peers(b);
  b.peers(a);
  await eventually(`${a.processId} and ${b.processId} are connected`, () => areConnected(a, b));
}

async function pass(from: LoopbackProcess, to: LoopbackProcess, agents = 1): Promise<number> {
  const before = to.received.length;
  const sentNs = to.clock.monoNs();
  from.transport.send(to.processId, frameOf(before + 0.25, agents));
  await eventually("the frame arrives", () => to.received.length > before);
  return to.received.at(-1)!.atNs - sentNs;
}

/**
 * Frames back and forth, until one of each direction is right to a millisecond: a busy machine takes a while to have an
 * exchange without a hold-up. That an undisturbed one is exact is for phase-link.test.ts to say.
 */
async function passUntilRight(a: LoopbackProcess, b: LoopbackProcess): Promise<void> {
  const errorsMs: number[][] = [];
  for (let round = 0; round < 500; round++) {
    const errors = [await pass(a, b), await pass(b, a)].map((errorNs) => Math.abs(errorNs) / 1e6);
    if (Math.max(...errors) < 1) return;
    errorsMs.push(errors);
  }
  assert.fail(`off by ${errorsMs.slice(-10).join(", ")} ms`);
}

test("a frame arrives with the sender's clock brought onto the receiver's, right to a millisecond", async () => {
  await using a = await startLoopbackProcess({ processId: "a", aheadMs: 5_000 });
  await using b = await startLoopbackProcess({ processId: "b", aheadMs: 9_000_000 });
  await connect(a, b);
  await passUntilRight(a, b);
});

test("two hundred agents share one stream and one frame", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using b = await startLoopbackProcess({ processId: "b" });
  await connect(a, b);
  await pass(b, a, 200);
  assert.equal(a.received.length, 1);
  assert.equal(a.received[0]!.frame.samples.length, 200);
  assert.deepEqual(a.transport.connectedPeers(), ["b"]);
  assert.deepEqual(
    b.events.filter(({ kind }) => kind === "rhythm.frame"),
    [{ kind: "rhythm.frame", direction: "sent", phases: 200 }],
  );
});

test("of two frames to one peer in one turn the older is left out only where the newer says it all", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using b = await startLoopbackProcess({ processId: "b" });
  await connect(a, b);
  b.transport.send("a", frameOf(1, 3));
  b.transport.send("a", frameOf(2, 5));
  b.transport.send("a", frameOf(3, 1));
  await eventually("both frames arrive", () => a.received.length >= 2);
  assert.deepEqual(
    a.received.map(({ frame }) => frame.samples.length),
    [5, 1],
  );
});

test("only the lower id dials, and is accepted by a process that does not know it yet", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using b = await startLoopbackProcess({ processId: "b" });
  b.peers(a);
  assert.deepEqual(b.events, [{ kind: "peers.changed", connected: 0, wanted: 1 }]);
  b.peers();
  a.peers(b);
  await eventually("they are connected", () => areConnected(a, b));
  await pass(b, a);
  await pass(a, b);
});

test("a process that is no peer any more is disconnected, and connected anew when it is one again", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using b = await startLoopbackProcess({ processId: "b" });
  await connect(a, b);
  a.peers();
  assert.deepEqual(a.transport.connectedPeers(), []);
  assert.deepEqual(a.lost, [], "who is no peer is not lost");
  await eventually("b has noticed", () => b.transport.connectedPeers().length === 0);
  await connect(a, b);
  b.peers();
  assert.deepEqual(b.transport.connectedPeers(), []);
  // a still lists b, so it dials again, and b takes it for a process that it does not know yet.
  await eventually("a has dialled again", () => areConnected(a, b));
  assert.deepEqual(
    a.events.filter(({ kind }) => kind === "peer.refused"),
    [],
  );
});

test("a peer that stops is noticed at once, and found again after it came back at its port", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using first = await startLoopbackProcess({ processId: "b", aheadMs: 1_000 });
  await connect(a, first);
  const port = first.server.port;
  await first[Symbol.asyncDispose]();
  await eventually("a has noticed", () => a.transport.connectedPeers().length === 0, 1_000);
  assert.deepEqual(a.lost, ["b"]);
  await using second = await startLoopbackProcess({ processId: "b", aheadMs: 70_000, port });
  await eventually("they are connected again", () => areConnected(a, second), 5_000);
  // It is another process with another clock: nothing of the old one's is believed.
  await passUntilRight(a, second);
  const counts = a.events.flatMap((event) => (event.kind === "peers.changed" ? [event.connected] : []));
  assert.deepEqual(counts, [0, 1, 0, 1]);
});

test("a peer that moves is followed to its new address", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using here = await startLoopbackProcess({ processId: "b" });
  await connect(a, here);
  await using there = await startLoopbackProcess({ processId: "b" });
  await connect(a, there);
  await eventually("the old place is left", () => here.transport.connectedPeers().length === 0);
});

test("a process of another swarm is refused on both sides with the same sentence", async () => {
  await using a = await startLoopbackProcess({ processId: "a", swarmId: "blue" });
  await using b = await startLoopbackProcess({ processId: "b", swarmId: "green" });
  a.peers(b);
  const refusal = ({ events }: LoopbackProcess): string =>
    events.flatMap((event) => (event.kind === "peer.refused" ? [event.message] : []))[0] ?? "";
  await eventually("both have reported", () => refusal(a) !== "" && refusal(b) !== "");
  assert.match(refusal(b), /^swarm_id is "blue", this process belongs to "green"/);
  assert.equal(refusal(a), `${b.server.address}: ${refusal(b)}`);
  assert.deepEqual([a.transport.connectedPeers(), b.transport.connectedPeers()], [[], []]);
});

test("a malformed address is reported and does no harm", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using b = await startLoopbackProcess({ processId: "b" });
  a.transport.setPeers(new Map([["c", { address: "nowhere" }]]));
  await eventually("it is reported", () => a.events.some(({ kind }) => kind === "peer.refused"));
  await connect(a, b);
});

test("a listener that throws is reported, and the others are served", async () => {
  await using a = await startLoopbackProcess({ processId: "a" });
  await using b = await startLoopbackProcess({ processId: "b" });
  b.transport.onFrame(() => {
    throw new Error("out of step");
  });
  const heard: number[] = [];
  b.transport.onFrame(({ frame }) => heard.push(frame.samples.length));
  await connect(a, b);
  await pass(a, b);
  await pass(a, b);
  assert.deepEqual(heard, [1, 1]);
  assert.deepEqual(
    b.events.filter(({ kind }) => kind === "listener.failed"),
    [1, 2].map(() => ({ kind: "listener.failed", listener: "frame", message: "out of step" })),
  );
});

test("ids outside the grammar are refused at once", async () => {
  await assert.rejects(startLoopbackProcess({ processId: "no spaces" }), { field: "processId" });
  await assert.rejects(startLoopbackProcess({ processId: "a", swarmId: "" }), { field: "swarmId" });
});
