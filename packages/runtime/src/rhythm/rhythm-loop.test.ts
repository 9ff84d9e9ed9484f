/** Several processes' rhythm loops in virtual time, over links with a delay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  coherence,
  defaultEnergy,
  effectiveBeatOf,
  initialGoal,
  maxGapRatio,
  phaseOfCycle,
  type GoalKind,
} from "@entrain/core/rhythm";
import type { MemberRecord, MembershipView } from "@entrain/core/membership";
import type { FiredBeat, PhaseFrame, PhaseTransport, ReceivedFrame, RuntimeEvent } from "@entrain/ports";
import { createVirtualTime, type VirtualTime } from "@entrain/testkit/virtual-time";
import { RhythmLoop } from "./rhythm-loop.ts";

const delayMs = 1;

/** Delivers frames after a delay, placed exactly; counts what is sent to whom. */
class Network {
  readonly #receivers = new Map<string, (received: ReceivedFrame) => void>();
  readonly sent: { readonly from: string; readonly to: string; readonly frame: PhaseFrame }[] = [];
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  transport(processId: string): PhaseTransport {
    return {
      setPeers: () => undefined,
      connectedPeers: () => [...this.#receivers.keys()],
      onFrame: (listener) => void this.#receivers.set(processId, listener),
      send: (to, frame, atNs = this.#time.clock.monoNs()) => {
        this.sent.push({ from: processId, to, frame });
        this.#time.timers.after(delayMs, () => this.#receivers.get(to)?.({ processId, frame, atNs }));
      },
    };
  }
}

const viewOf = (version: number, members: readonly MemberRecord[], effectiveBeat?: number): MembershipView => ({
  version,
  members: new Map(members.map((member) => [member.agentId, member])),
  effectiveBeat,
});

function swarm(processes: number, agentsEach: number, kind: GoalKind = "sync", agreedUnixMs = (): number => 0) {
  const time = createVirtualTime();
  const network = new Network(time);
  const beats: FiredBeat[] = [];
  const events: RuntimeEvent[] = [];
  const goal = initialGoal(kind, 200, time.clock.unixMs() - 12_345);
  const members: MemberRecord[] = Array.from({ length: processes * agentsEach }, (_, index) => ({
    agentId: `agent-${index}`,
    processId: `p-${Math.floor(index / agentsEach)}`,
    incarnation: 1,
    state: "alive",
    host: "h",
    pid: 1,
    address: "h:1",
    opsUrl: "",
    health: 1,
    joinedAtMs: 0,
    changedAtMs: 0,
  }));
  const loops = Array.from({ length: processes }, (_, index) => {
    const processId = `p-${index}`;
    return new RhythmLoop({
      clock: time.clock,
      timers: time.timers,
      transport: network.transport(processId),
      events: (event) => events.push(event),
      processId,
      goal,
      crowd: agentsEach,
      spin: () => false,
      agreedUnixMs,
      highestTerm: () => 7,
      onTerm: () => undefined,
      onBeat: (beat) => beats.push(beat),
    });
  });
  for (const member of members) loops[Number(member.processId.slice(2))]?.add(member);
  const view = viewOf(1, members);
  for (const loop of loops) loop.setMembers(view);
  const phases = (): number[] =>
    loops.flatMap((loop) => loop.standing().phases.map(({ cycle }) => phaseOfCycle(cycle)));
  return { time, network, beats, events, loops, phases, members };
}

test("an agent tells what it has to move with: full at first, and less of it just after it has moved", async () => {
  const { time, loops } = swarm(2, 1);
  const energies = () => loops.flatMap((loop) => loop.standing().energies.map(({ energy }) => energy));
  const full = energies();
  assert.ok(full.length === 2 && full.every((energy) => energy === defaultEnergy.capacity), String(full));
  let least = Infinity;
  for (let ms = 0; ms < 2_100; ms += 5) {
    await time.advance(5);
    least = Math.min(least, ...energies());
  }
  assert.ok(least >= 0 && least < defaultEnergy.capacity, String(least));
});

test("one lineage is founded and floods through processes and within them", async () => {
  const { time, loops, phases, events } = swarm(4, 5);
  await time.advance(2_100);
  assert.ok(loops.every((loop) => loop.joined()));
  assert.ok((coherence(phases()) ?? 0) > 0.999);
  assert.equal(events.filter((event) => event.kind === "rhythm.founded").length >= 1, true);
});

test("an untrusted goal is a vote of all processes: each hears every other one, and no longer once it is trusted again", async () => {
  const { time, network, loops } = swarm(14, 1);
  const heardBy = async (): Promise<readonly number[]> => {
    await time.advance(1_500);
    network.sent.length = 0;
    await time.advance(1_500);
    const pairs = Map.groupBy(network.sent, ({ to }) => to);
    return loops.map((_, index) => new Set(pairs.get(`p-${index}`)?.map(({ from }) => from)).size);
  };
  assert.ok((await heardBy()).every((number) => number <= 8));
  const [loop] = loops;
  const goal = loop?.goal() ?? initialGoal("sync", 200, 0);
  const next = { ...goal, goalVersion: goal.goalVersion + 1, effectiveBeat: (loop?.count()?.cycle ?? 0) + 5 };
  loop?.setGoal({ ...next, trust: "untrusted" });
  assert.ok((await heardBy()).every((number) => number === 13));
  loop?.setGoal({ ...next, goalVersion: next.goalVersion + 1, effectiveBeat: next.effectiveBeat + 20 });
  assert.ok((await heardBy()).every((number) => number <= 8));
});

test("beyond 64 processes an untrusted goal gives everybody a few other neighbours with the agreed clock's next minute", async () => {
  let agreedUnixMs = 59_000;
  const { time, network, loops } = swarm(70, 1, "sync", () => agreedUnixMs);
  const told = async (): Promise<readonly string[]> => {
    network.sent.length = 0;
    await time.advance(1_500);
    return [...new Set(network.sent.map(({ from, to }) => `${from} ${to}`))];
  };
  await time.advance(2_500);
  const [loop] = loops;
  const goal = loop?.goal() ?? initialGoal("sync", 200, 0);
  const effectiveBeat = (loop?.count()?.cycle ?? 0) + 5;
  loop?.setGoal({ ...goal, goalVersion: goal.goalVersion + 1, effectiveBeat, trust: "untrusted" });
  await time.advance(1_500);
  const before = new Set(await told());
  assert.ok(loops.every((each) => each.goal().trust === "untrusted"));
  agreedUnixMs += 2_000;
  await time.advance(1_000);
  const changed = (await told()).filter((pair) => !before.has(pair)).length / loops.length;
  assert.ok(changed > 0.5 && changed <= 2, `${changed} new neighbours each`);
});

test("a newer goal is taken from a process that hosts no neighbour, for by that goal it may be one", async () => {
  const { time, network, loops } = swarm(2, 1);
  await time.advance(2_500);
  const known = loops[0]?.goal() ?? initialGoal("sync", 200, 0);
  const goal = { ...known, goalVersion: known.goalVersion + 1, effectiveBeat: known.effectiveBeat + 1_000 };
  network.transport("stranger").send("p-0", { goal, highestTerm: 0, samples: [] });
  await time.advance(2);
  assert.equal(loops[0]?.goal().goalVersion, goal.goalVersion);
});

test("a flood through the agents of a process is one frame to each other process", async () => {
  const { time, network } = swarm(3, 6);
  await time.advance(2_500);
  const firstOf = network.sent.filter(({ frame }) => frame.samples.some(({ lineage }) => lineage !== undefined));
  const founder = firstOf[0]?.from;
  const cycleIn = ({ frame }: (typeof firstOf)[number]): number | undefined => frame.samples[0]?.cycle;
  const [one, other, later] = firstOf.filter(({ from }) => from === founder);
  assert.ok(one !== undefined && other !== undefined && later !== undefined);
  assert.notEqual(one.to, other.to);
  assert.ok([one, other].every(({ frame }) => frame.samples.length === 6));
  assert.notEqual(cycleIn(later), cycleIn(one), "no second frame at the instant of the founding");
});

test("every agent fires every beat once, under the same name", async () => {
  const { time, beats } = swarm(3, 2);
  await time.advance(6_000);
  const last = Math.max(...beats.map(({ beat }) => beat));
  for (const beat of [last - 3, last - 2, last - 1]) {
    const firings = beats.filter((fired) => fired.beat === beat);
    assert.equal(firings.length, 6);
    assert.equal(new Set(firings.map(({ agentId }) => agentId)).size, 6);
    const instants = firings.map(({ firedNs }) => firedNs / 1e6);
    assert.ok(Math.max(...instants) - Math.min(...instants) <= 2);
  }
});

test("R5: a spread lies even across processes, each agent in its slot once a cycle, also after one process leaves", async () => {
  const { time, beats, loops, phases, members } = swarm(3, 3, "spread");
  await time.advance(4_000);
  assert.ok((maxGapRatio(phases()) ?? 9) < 1.05);
  assert.ok(loops.every((loop) => loop.strategy() === "rank-slots"));
  loops.pop()?.stop();
  for (const loop of loops)
    loop.setMembers(
      viewOf(
        2,
        members.filter(({ processId }) => processId !== "p-2"),
      ),
    );
  await time.advance(1_000);
  assert.ok((maxGapRatio(phases()) ?? 9) < 1.05);
  const slots = new Set(beats.slice(-6).map(({ offsetNs = 0 }) => Math.round(offsetNs / 1e6)));
  assert.equal(slots.size, 6);
  for (const { agentId } of members.slice(0, 6)) {
    const numbers = beats.filter((beat) => beat.agentId === agentId).map(({ beat }) => beat);
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, index) => (numbers[0] ?? 0) + index),
    );
  }
});

test("R5: processes that hear of a leave at different times change places between the same two beats", async () => {
  const { time, beats, loops, members } = swarm(3, 3, "spread");
  await time.advance(4_000);
  loops.pop()?.stop();
  const left = members.filter(({ processId }) => processId !== "p-2");
  const count = loops[0]?.count();
  assert.equal(count?.periodMs, 200);
  const from = effectiveBeatOf(count) + 3;
  for (const loop of loops) {
    loop.setMembers(viewOf(2, left, from));
    await time.advance(300);
  }
  await time.advance(2_000);
  const slotsOf = (beat: number): readonly number[] =>
    beats.filter((fired) => fired.beat === beat).map(({ offsetNs = 0 }) => Math.round(offsetNs / 1e6));
  const apart = (beat: number): number => {
    const sorted = slotsOf(beat).toSorted((a, b) => a - b);
    return Math.min(...sorted.slice(1).map((slot, index) => slot - (sorted[index] ?? 0)));
  };
  for (let beat = from - 3; beat < from + 5; beat++) assert.equal(slotsOf(beat).length, 6, `beat ${beat}`);
  assert.ok(apart(from - 1) < 30, "up to then the places of nine, some of them gone");
  for (let beat = from; beat < from + 5; beat++) assert.ok(apart(beat) >= 33, `beat ${beat}: the places of six`);
});

test("one frame per process pair and tick, however many agents are neighbours", async () => {
  const { time, network } = swarm(2, 8);
  await time.advance(5_000);
  network.sent.length = 0;
  await time.advance(10_000);
  // Two updates a second once settled, at which all agents of a process speak together: 2/s × 10 s frames each way.
  assert.ok(network.sent.length >= 36 && network.sent.length <= 44, `${network.sent.length} frames`);
  assert.ok(network.sent.every(({ frame }) => frame.highestTerm === 7 && frame.samples.length === 8));
});

test("a new goal set in one process reaches all and takes effect at its beat", async () => {
  const { time, loops, beats } = swarm(3, 1);
  await time.advance(4_000);
  const last = Math.max(...beats.map(({ beat }) => beat));
  const goal = loops[0]?.goal();
  assert.ok(goal);
  loops[0]?.setGoal({ ...goal, goalVersion: 2, periodNs: 100e6, effectiveBeat: last + 5 });
  await time.advance(3_000);
  assert.ok(loops.every((loop) => loop.goal().goalVersion === 2));
  const late = beats.filter(({ beat }) => beat === last + 9 || beat === last + 8).map(({ firedNs }) => firedNs);
  assert.ok(Math.max(...late) - Math.min(...late) < 105e6);
});

test("a stopped loop fires no more", async () => {
  const { time, loops, beats } = swarm(1, 1);
  await time.advance(3_000);
  loops[0]?.stop();
  const count = beats.length;
  assert.ok(count > 0);
  await time.advance(3_000);
  assert.equal(beats.length, count);
  assert.equal(time.pendingTimers(), 0);
});
