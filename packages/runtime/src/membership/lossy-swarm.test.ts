/**
 * Seven failure detectors, a store that judges as Redis does, and a leader's role keeper, in virtual time, while a fifth of
 * everything is lost: frames, probes on each way, heartbeats, hints, and commands, before or after they took effect.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError, type Random } from "@entrain/kernel";
import { defaultRolePolicy, type AgentRole, type ProbeResult } from "@entrain/core/membership";
import type { Timers } from "@entrain/ports";
import { createVirtualTime, type VirtualTime } from "@entrain/testkit/virtual-time";
import { FailureDetector } from "./failure-detector.ts";
import { RoleKeeper } from "./role-keeper.ts";
import { MemberOracle } from "./testing/member-oracle.ts";

const names = ["a", "b", "c", "d", "e", "f", "g"];
const leaderId = "g";
const lossShare = 0.2;
/** The longest way of a message, one way, ms. */
const wayMaxMs = 10;
const frameEveryMs = 500;
const heartbeatMs = 500;
/** Twelve heartbeats: with the default of six this loss buries somebody about once in the half hour, see docs/membership.md. */
const deadAfterMs = 6_000;
const requestTimeoutMs = 400;
/** All happens at whole multiples of it, ms: what falls together costs the test one turn. */
const grainMs = 5;

/** What is sent arrives late or never. */
class LossyNet {
  readonly time: VirtualTime = createVirtualTime();
  readonly timers: Timers = fallingTogether(this.time);
  readonly random: Random;

  constructor(seed: number) {
    this.random = createRandom(`lossy swarm ${seed}`);
  }

  isLost(): boolean {
    return this.random.next() < lossShare;
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.timers.after(delayMs, resolve);
    });
  }

  /** Resolves once a message has gone its way. */
  way(): Promise<void> {
    return this.sleep(1 + this.random.int(wayMaxMs));
  }

  /** A command to the store: lost before it took effect, or its answer after. */
  async command<Answer>(work: () => Answer): Promise<Answer> {
    await this.way();
    const outcome = this.isLost() ? undefined : { answer: work() };
    if (outcome !== undefined && !this.isLost()) return outcome.answer;
    await this.sleep(requestTimeoutMs);
    throw new EntrainError("deadline-exceeded", "lost");
  }
}

/** Timers of which those that are due at the same instant fire one after the other, in one turn. */
function fallingTogether({ clock, timers }: VirtualTime): Timers {
  const due = new Map<number, Set<() => void>>();
  return {
    after(delayMs, callback) {
      const atMs = Math.ceil((clock.monoMs() + delayMs) / grainMs) * grainMs;
      const together = due.get(atMs) ?? new Set();
      const own = (): void => callback();
      together.add(own);
      if (!due.has(atMs))
        timers.after(atMs - clock.monoMs(), () => {
          due.delete(atMs);
          for (const one of together) one();
        });
      due.set(atMs, together);
      return () => together.delete(own);
    },
  };
}

/** A process: its detector, and the version of the members that it has learned of. */
interface Process {
  readonly detector: FailureDetector;
  known: number;
  isDown: boolean;
}

/** The swarm, at work from the beginning. */
class LossySwarm {
  readonly time: VirtualTime;
  readonly store: MemberOracle;
  /** Looks at the roles that failed. */
  looksLost = 0;
  readonly #net: LossyNet;
  readonly #keeper: RoleKeeper;
  readonly #processes = new Map<string, Process>();

  constructor(seed: number) {
    const net = new LossyNet(seed);
    this.#net = net;
    this.time = net.time;
    this.store = new MemberOracle(names, {
      nowMs: () => net.time.clock.monoMs(),
      deadAfterMs,
      onChange: () => {
        // A hint that is lost is made up for by the next heartbeat.
        for (const name of names) if (!net.isLost()) void net.way().then(() => this.#learn(name));
      },
    });
    this.#keeper = this.#openKeeper();
    for (const name of names)
      this.#processes.set(name, { detector: this.#openDetector(name), known: 0, isDown: false });
    for (const name of names) {
      this.#learn(name);
      this.#repeat(name, frameEveryMs, () => this.#sendFrames(name));
      this.#repeat(name, heartbeatMs, () => void this.#beat(name));
    }
    this.#keeper.start();
  }

  holderOf(role: AgentRole): string | undefined {
    return this.store.alive().find(([, member]) => member.role === role)?.[0];
  }

  /** Its machine is gone: nobody refuses anything there. */
  kill(name: string): void {
    this.#process(name).isDown = true;
    this.#process(name).detector.stop();
  }

  stop(): void {
    this.#keeper.stop();
    for (const name of names) this.kill(name);
  }

  #process(name: string): Process {
    const process = this.#processes.get(name);
    if (process === undefined) throw new Error(`no process ${name}`);
    return process;
  }

  #repeat(name: string, everyMs: number, work: () => void): void {
    this.#net.timers.after(everyMs * (0.9 + 0.2 * this.#net.random.next()), () => {
      if (this.#process(name).isDown) return;
      work();
      this.#repeat(name, everyMs, work);
    });
  }

  #sendFrames(name: string): void {
    for (const [other, { detector, isDown }] of this.#processes)
      if (other !== name && !isDown && !this.#net.isLost()) detector.heard(`p-${name}`);
  }

  async #beat(name: string): Promise<void> {
    // Healthy: noise under the threshold.
    const risk = this.#net.random.next() * 0.25;
    await this.#net
      .command(() => this.store.heartbeat(name, risk))
      .then(
        () => this.#learn(name),
        () => undefined,
      );
  }

  #learn(name: string): void {
    const process = this.#process(name);
    const view = this.store.view();
    if (process.isDown || process.known === view.version) return;
    process.known = view.version;
    process.detector.setView(view);
    if (name === leaderId) this.#keeper.setView(view);
  }

  #openKeeper(): RoleKeeper {
    const { store } = this;
    return new RoleKeeper({
      store: {
        sample: () => this.#net.command(() => store.sample()),
        assign: (_held, changes) => this.#net.command(() => changes.filter((one) => store.assign(one)).map(agentIdOf)),
      },
      timers: this.#net.timers,
      events: (event) => (this.looksLost += event.kind === "follow.failed" ? 1 : 0),
      leadership: () => ({ agentId: leaderId, incarnation: 1, term: 1, generation: 1 }),
      policy: () => defaultRolePolicy,
    });
  }

  #openDetector(name: string): FailureDetector {
    const { store } = this;
    return new FailureDetector({
      store: {
        report: (report) => this.#net.command(() => store.report(report)),
        refute: (life) => this.#net.command(() => store.refute(life)),
      },
      probe: {
        ask: ({ address }, timeoutMs) => this.#call(address, timeoutMs, () => Promise.resolve("answered")),
        askThrough: (helper, { processId }, timeoutMs) =>
          this.#call(helper.address, timeoutMs, (leftMs) =>
            this.#process(helper.address).detector.probeFor(processId, leftMs),
          ),
        keepOnly: () => undefined,
      },
      ...{ clock: this.time.clock, timers: this.#net.timers, random: this.#net.random, events: () => undefined },
      ...{ processId: `p-${name}`, agentId: name, incarnation: 1, loopDelayMs: () => 0 },
    });
  }

  /** A call of another process; silence takes all of its time. */
  async #call(name: string, timeoutMs: number, answer: (leftMs: number) => Promise<Answer>): Promise<Answer> {
    const sentMs = this.time.clock.monoMs();
    const leftMs = (): number => timeoutMs - (this.time.clock.monoMs() - sentMs);
    if (!this.#process(name).isDown && !this.#net.isLost()) {
      await this.#net.way();
      const result = await answer(leftMs() - 2 * wayMaxMs);
      if (!this.#net.isLost()) {
        await this.#net.way();
        return result;
      }
    }
    await this.#net.sleep(leftMs());
    return "silent";
  }
}

type Answer = Exclude<ProbeResult, "late">;

function agentIdOf({ agentId }: { readonly agentId: string }): string {
  return agentId;
}

/** A swarm whose places are filled. */
async function settled(seed: number): Promise<LossySwarm> {
  const swarm = new LossySwarm(seed);
  while (swarm.holderOf("backup") === undefined) await swarm.time.advance(1_000);
  assert.equal(swarm.store.changes.length, 2);
  return swarm;
}

test("half an hour in which a fifth of everything is lost: nobody is buried, and no role changes", async (t) => {
  const swarm = await settled(1);
  const { store, time } = swarm;
  await time.advance(1_800_000);
  t.diagnostic(JSON.stringify(store.seen));
  assert.deepEqual(store.deaths, []);
  assert.equal(store.changes.length, 2, "the first primary and the first backup");
  assert.ok(store.seen.suspicions >= 100 && store.seen.refutations >= 100, "there was much to refute");
  assert.ok(swarm.looksLost >= 100);
  swarm.stop();
});

test("one that dies is found by its silence at the latest, and its role goes on with the first look that is not lost", async (t) => {
  const { sampleMs } = defaultRolePolicy;
  const found: string[] = [];
  for (let seed = 1; seed <= 10; seed++) {
    const swarm = await settled(seed);
    const { store, time } = swarm;
    await time.advance(20_000);
    const primary = swarm.holderOf("primary") ?? "";
    swarm.kill(primary);
    const lastSignMs = store.members.get(primary)?.heardAtMs ?? 0;
    const looksLost = swarm.looksLost;
    while ((swarm.holderOf("primary") ?? primary) === primary) await time.advance(grainMs);
    const [death, ...further] = store.deaths;
    assert.deepEqual([death?.agentId, further], [primary, []]);
    const foundMs = (death?.atMs ?? Infinity) - lastSignMs;
    const movedMs = time.clock.monoMs() - (death?.atMs ?? 0);
    found.push(`${death?.cause} ${foundMs} + ${movedMs}`);
    // Whoever beats next judges the silence.
    assert.ok(foundMs <= deadAfterMs + heartbeatMs, `seed ${seed}: found after ${foundMs} ms`);
    assert.ok(movedMs <= (1 + swarm.looksLost - looksLost) * sampleMs, `seed ${seed}: moved after ${movedMs} ms`);
    swarm.stop();
  }
  t.diagnostic(found.join(", "));
});
