/** The protocol of one stream, in virtual time: two links joined by wires of known delay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { EntrainError } from "@entrain/kernel";
import type { ReceivedFrame, RuntimeEvent } from "@entrain/ports";
import type { PhaseFrame as WireFrame } from "./gen/entrain/v1/PhaseFrame.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { frameOf } from "./loopback-process.ts";
import { unidentifiedPeer } from "./peer-identity.ts";
import { PhaseLink } from "./phase-link.ts";
import { frameToWire } from "./phase-wire.ts";

const { requestSerialize } = serviceDefinitions().phase.Exchange;

/** A world of two links; every delay of either direction comes from `delayNs`. */
function createWorld(options: {
  readonly originNs: readonly [number, number];
  readonly delayNs: (from: number) => number;
  readonly swarms?: readonly [string, string];
  readonly ids?: readonly [string, string];
}) {
  const { originNs, delayNs, swarms = ["test", "test"], ids = ["a", "b"] } = options;
  const inFlight: { readonly atNs: number; readonly to: number; readonly bytes: Buffer }[] = [];
  const received: ReceivedFrame[][] = [[], []];
  const events: RuntimeEvent[][] = [[], []];
  const ended: EntrainError[][] = [[], []];
  const written: WireFrame[][] = [[], []];
  const waiting: [number, number] = [0, 0];
  let nowNs = 0;
  const links = ([0, 1] as const).map((side) => {
    const monoNs = (): number => nowNs + originNs[side];
    return new PhaseLink({
      swarmId: swarms[side],
      processId: ids[side],
      ...(side === 0 ? { calledId: "b" } : {}),
      clock: { monoNs, monoMs: () => monoNs() / 1e6, unixMs: () => 0 },
      events: (event) => events[side]?.push(event),
      peer: unidentifiedPeer,
      onUp: () => undefined,
      onFrame: (frame) => received[side]?.push(frame),
      wire: {
        write(frame) {
          written[side]?.push(frame);
          inFlight.push({ atNs: nowNs + delayNs(side), to: 1 - side, bytes: requestSerialize(frame) });
        },
        waiting: () => waiting[side],
        end: (error) => ended[side]?.push(error),
      },
    });
  });
  const [a, b] = links as [PhaseLink, PhaseLink];
  return {
    a,
    b,
    received,
    events,
    ended,
    written,
    waiting,
    nowNs: () => nowNs,
    advance: (byNs: number) => void (nowNs += byNs),
    /** Lets every frame arrive, in the order of arrival; answers how many. */
    settle(limit = 1_000) {
      let frames = 0;
      for (; inFlight.length > 0 && frames < limit; frames++) {
        inFlight.sort((one, other) => one.atNs - other.atNs);
        const next = inFlight.shift()!;
        nowNs = Math.max(nowNs, next.atNs);
        links[next.to]!.receive({ bytes: next.bytes, receivedNs: nowNs + originNs[next.to]! });
      }
      return frames;
    },
  };
}

test("frames stand at their true instant on the receiver's clock, whatever the clocks' origins and the delay", () => {
  const origin = fc.integer({ min: 1, max: 1e15 });
  fc.assert(
    fc.property(origin, origin, fc.integer({ min: 0, max: 1e9 }), (originA, originB, delayNs) => {
      const world = createWorld({ originNs: [originA, originB], delayNs: () => delayNs });
      world.a.greet();
      world.settle();
      for (const [link, side, origin] of [
        [world.a, 1, originB],
        [world.b, 0, originA],
      ] as const) {
        const sentNs = world.nowNs();
        link.send(frameOf(3.5, 2));
        world.settle();
        const [frame] = world.received[side]!;
        assert.ok(Math.abs(frame!.atNs - (sentNs + origin)) <= 1);
        assert.equal(frame!.processId, side === 0 ? "b" : "a");
        assert.deepEqual(frame!.frame, frameOf(3.5, 2));
      }
    }),
  );
});

test("what was true before it was sent stands at the instant at which it was true", () => {
  const world = createWorld({ originNs: [1e9, 7e9], delayNs: () => 1e5 });
  world.a.greet();
  world.settle();
  const trueNs = world.nowNs() + 1e9;
  world.advance(5e6);
  world.a.send(frameOf(1), trueNs);
  world.settle();
  assert.ok(Math.abs(world.received[1]![0]!.atNs - (trueNs + 6e9)) <= 1);
});

test("the clock is placed within the round trip of the exchange that was fastest", () => {
  // The first five exchanges are slow one way, as those of a cold connection are.
  const slow = 10;
  let frames = 0;
  const world = createWorld({
    originNs: [5e9, 9e9],
    delayNs: (from) => (frames++ < slow && from === 0 ? 8e6 : 1e5),
  });
  world.a.greet();
  world.settle();
  const sentNs = world.nowNs();
  world.b.send(frameOf(1));
  world.settle();
  assert.ok(Math.abs(world.received[0]![0]!.atNs - (sentNs + 5e9)) <= 2e5);
});

test("a young stream answers at once, and falls silent by itself", () => {
  const world = createWorld({ originNs: [1e9, 2e9], delayNs: () => 1e6 });
  world.a.greet();
  assert.equal(world.settle(), 13);
  assert.deepEqual(
    world.written[0]!.map((frame) => frame.processId ?? ""),
    ["a", "", "", "", "", "", ""],
  );
  assert.deepEqual(
    world.written[1]!.map((frame) => frame.processId ?? ""),
    ["b", "", "", "", "", ""],
  );
  assert.deepEqual([world.received[0], world.received[1]], [[], []]);
});

test("a frame whose sender's clock is not known yet is answered but not handed on", () => {
  const world = createWorld({ originNs: [1e9, 2e9], delayNs: () => 1e6 });
  const hello = { wireVersion: 1, swarmId: "test", processId: "a", timestamps: { sentNs: 1e9 } };
  world.b.receive({ bytes: requestSerialize({ ...hello, ...frameToWire(frameOf(1)) }), receivedNs: 2e9 });
  assert.deepEqual(world.received[1], []);
  assert.deepEqual(
    world.written[1]!.map(({ processId, timestamps }) => ({ processId, timestamps })),
    [{ processId: "b", timestamps: { sentNs: 2e9, echoSentNs: 1e9, echoReceivedNs: 2e9 } }],
  );
});

test("of a flood of frames two thousand a second are read; the stream ends with the cause", () => {
  const world = createWorld({ originNs: [1e9, 2e9], delayNs: () => 0 });
  world.a.greet();
  world.settle();
  const bytes = requestSerialize({ timestamps: { sentNs: 1e9 }, ...frameToWire(frameOf(1)) });
  for (let sent = 0; sent < 3_000; sent++) world.b.receive({ bytes, receivedNs: world.nowNs() + 2e9 });
  assert.equal(world.received[1]!.length, 2_000 - world.written[0]!.length);
  assert.deepEqual(
    world.ended[1]!.map(({ code, message }) => [code, message]),
    [["resource-exhausted", "the peer sends more than 2000 frames a second"]],
  );
  const refused = world.events[1]!.filter((event) => event.kind === "rhythm.frame" && event.direction === "refused");
  assert.equal(refused.length, 8);
});

test("frames at forty times the rate of a beat of 20 ms pass for as long as they come", () => {
  const world = createWorld({ originNs: [1e9, 2e9], delayNs: () => 0 });
  world.a.greet();
  world.settle();
  const bytes = requestSerialize({ timestamps: { sentNs: 1e9 }, ...frameToWire(frameOf(1)) });
  for (let sent = 0; sent < 10_000; sent++) {
    world.advance(5e5);
    world.b.receive({ bytes, receivedNs: world.nowNs() + 2e9 });
  }
  assert.deepEqual([world.received[1]!.length, world.ended[1]!], [10_000, []]);
});

test("a peer of another swarm, another wire or another name ends the stream with one sentence", () => {
  const wrongSwarm = createWorld({ originNs: [1, 1], delayNs: () => 1, swarms: ["blue", "green"] });
  wrongSwarm.a.greet();
  wrongSwarm.settle();
  assert.match(wrongSwarm.ended[1]![0]!.message, /^swarm_id is "blue", this process belongs to "green": [^.]*$/);
  assert.equal(wrongSwarm.ended[1]![0]!.code, "invalid-config");

  const higherDials = createWorld({ originNs: [1, 1], delayNs: () => 1, ids: ["c", "b"] });
  higherDials.a.greet();
  higherDials.settle();
  assert.match(higherDials.ended[1]![0]!.message, /the lower process id dials/);

  const somebodyElse = createWorld({ originNs: [1, 1], delayNs: () => 1, ids: ["a", "z"] });
  somebodyElse.a.greet();
  somebodyElse.settle();
  assert.match(somebodyElse.ended[0]![0]!.message, /process_id is "z", but "b" was called/);
  assert.deepEqual(
    somebodyElse.events[0]!.filter(({ kind }) => kind === "peer.refused"),
    [{ kind: "peer.refused", processId: "b", message: somebodyElse.ended[0]![0]!.message }],
  );

  const { b, ended } = createWorld({ originNs: [1, 1], delayNs: () => 1 });
  b.receive({ bytes: requestSerialize({ wireVersion: 2, swarmId: "test", processId: "a" }), receivedNs: 1 });
  assert.match(ended[1]![0]!.message, /^wire_version is 2, but this process speaks 1: [^.]*$/);
});

test("a bad frame is counted and the stream goes on; eight in a row end it", () => {
  const world = createWorld({ originNs: [1e9, 2e9], delayNs: () => 1e5 });
  world.a.greet();
  world.settle();
  const garbage = (times: number): void => {
    for (let time = 0; time < times; time++) world.b.receive({ bytes: Buffer.from("ff00ff", "hex"), receivedNs: 3e9 });
  };
  garbage(7);
  world.a.send(frameOf(1));
  world.settle();
  assert.equal(world.received[1]!.length, 1);
  garbage(7);
  assert.deepEqual(world.ended[1], []);
  garbage(1);
  assert.equal(world.ended[1].length, 1);
  assert.equal(
    world.events[1]!.filter((event) => event.kind === "rhythm.frame" && event.direction === "refused").length,
    15,
  );
  assert.equal(world.events[1]!.filter(({ kind }) => kind === "peer.refused").length, 2);
  world.a.send(frameOf(2));
  world.settle();
  assert.equal(world.received[1]!.length, 1);
});

test("a frame that is true at no plausible instant is refused", () => {
  const world = createWorld({ originNs: [1e9, 2e9], delayNs: () => 1e5 });
  world.a.greet();
  world.settle();
  world.a.send(frameOf(1));
  // The process that receives it was stopped for a minute.
  world.advance(60e9);
  world.settle();
  assert.deepEqual(world.received[1], []);
  const [refused] = world.events[1]!.filter((event) => event.kind === "peer.refused");
  assert.match(refused!.message, /timestamps\.sent_ns.* -60 s off/);
});

test("a frame is dropped, not queued, while the socket is not drained", () => {
  const world = createWorld({ originNs: [1e9, 2e9], delayNs: () => 1e5 });
  world.a.greet();
  world.settle();
  world.waiting[0] = 4;
  world.a.send(frameOf(1));
  world.waiting[0] = 3;
  world.a.send(frameOf(2));
  world.settle();
  assert.deepEqual(
    world.received[1]!.map(({ frame }) => frame.samples[0]?.cycle),
    [2],
  );
  const directions = world.events[0]!.flatMap((event) => (event.kind === "rhythm.frame" ? [event.direction] : []));
  assert.deepEqual(directions, ["dropped", "sent"]);
});
