/**
 * Probes the processes next to this one, reports those that no probe reaches, and refutes what is said of this one's own
 * agents (SWIM, Das et al. 2002; the patience is Lifeguard's, Dadgar et al. 2018). It knows the members as the store last told
 * them: while the store is away nobody is buried (M1), and the probing goes on.
 *
 * Order: a process is dropped with the view that does not list it as alive; what probes say of it afterwards is not heard.
 */
import type { Random } from "@entrain/kernel";
import {
  aliveIn,
  detectionTimings,
  isProbeLate,
  planProbes,
  probersQuorum,
  stepDetection,
  trustedAt,
  type DetectionEffect,
  type DetectionInput,
  type DetectionState,
  type DetectionTimings,
  type MembershipView,
  type ProbeResult,
  type ProbeTarget,
} from "@entrain/core/membership";
import type { Clock, EventSink, MemberProbe, MemberReport, ProbeHelper, SuspicionStore, Timers } from "@entrain/ports";

/** What a detector needs. */
export interface FailureDetectorOptions {
  readonly store: SuspicionStore;
  readonly probe: MemberProbe;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly random: Random;
  readonly processId: string;
  /** In whose name the process reports: the first of its agents. */
  readonly agentId: string;
  readonly incarnation: number;
  /** p99 of this process's event loop's delay of late, ms. */
  readonly loopDelayMs: () => number;
}

/** A process that is watched. */
interface Watched {
  target: ProbeTarget;
  state: DetectionState;
  /** Tells the present probe from those before it. */
  probes: number;
  callOff: (() => void) | undefined;
}

/** How often silences are looked at, ms. */
const tickMs = 100;
/** Shortest pause between two answers to one suspicion, ms; twice that at most. */
const refuteAgainMs = 500;
/** Helpers that are asked at once, as in SWIM. */
const helpersMax = 3;

/** The failure detection of one process. */
export class FailureDetector implements ProbeHelper {
  readonly #options: FailureDetectorOptions;
  readonly #watched = new Map<string, Watched>();
  /** Processes that have answered a probe of this one in their present life; kept while the view lists them, dead or alive. */
  readonly #reached = new Set<string>();
  #view: MembershipView = { version: 0, members: new Map() };
  #timings: DetectionTimings;
  #processes = 1;
  #phase: "idle" | "running" | "ended" = "idle";
  #callOff: (() => void) | undefined;
  #refuteAgainMs = 0;

  constructor(options: FailureDetectorOptions) {
    this.#options = options;
    this.#timings = detectionTimings({ loopDelayMs: 0, processes: 1 });
  }

  /** Probes and reports nothing more; final. */
  stop(): void {
    this.#phase = "ended";
    this.#callOff?.();
    for (const processId of [...this.#watched.keys()]) this.#drop(processId);
    this.#options.probe.keepOnly([]);
  }

  /** Processes that this one suspects at present. */
  suspected(): readonly string[] {
    const isSuspect = ({ state }: Watched): boolean => state.kind === "suspecting" || state.kind === "confirming";
    return [...this.#watched].filter(([, watched]) => isSuspect(watched)).map(([processId]) => processId);
  }

  /** The members as the store tells them; the first view starts the watch. */
  setView(view: MembershipView): void {
    this.#view = view;
    if (this.#phase === "ended") return;
    if (this.#phase === "idle") this.#tickLater();
    this.#phase = "running";
    const { processId, probe } = this.#options;
    const alive = aliveIn(view);
    this.#processes = new Set(alive.map((member) => member.processId)).size;
    const targets = planProbes(processId, alive);
    const wanted = new Set(targets.map((target) => target.processId));
    for (const id of [...this.#watched.keys()]) if (!wanted.has(id)) this.#drop(id);
    for (const target of targets) this.#watch(target);
    const listed = new Set([...view.members.values()].map((member) => member.processId));
    for (const id of this.#reached) if (!listed.has(id)) this.#reached.delete(id);
    probe.keepOnly(targets.flatMap(({ helpers, ...target }) => [target, ...helpers]));
    this.#refuteOwn();
  }

  /** A frame of a process arrived. */
  heard(processId: string): void {
    const watched = this.#watched.get(processId);
    if (watched !== undefined) this.#apply(watched, { kind: "heard", nowMs: this.#nowMs() });
  }

  /** The stream to a process broke. */
  doubt(processId: string): void {
    const watched = this.#watched.get(processId);
    if (watched !== undefined) this.#apply(watched, { kind: "doubted", nowMs: this.#nowMs() });
  }

  async probeFor(processId: string, timeoutMs: number): Promise<Exclude<ProbeResult, "late">> {
    // A stopped detector has given its connections up, and opens none.
    const isEnded = this.#phase === "ended";
    const member = isEnded ? undefined : aliveIn(this.#view).find((one) => one.processId === processId);
    return member === undefined ? "silent" : this.#options.probe.ask({ processId, address: member.address }, timeoutMs);
  }

  /** Whether a process has answered a probe of this one in its present life; probes it where it has not. Never rejects. */
  async reach(processId: string, timeoutMs: number): Promise<boolean> {
    if (!this.#reached.has(processId) && (await this.probeFor(processId, timeoutMs)) === "answered")
      this.#reached.add(processId);
    return this.#reached.has(processId);
  }

  #nowMs(): number {
    return this.#options.clock.monoMs();
  }

  #tickLater(): void {
    this.#callOff = this.#options.timers.after(tickMs, () => {
      this.#timings = detectionTimings({ loopDelayMs: this.#options.loopDelayMs(), processes: this.#processes });
      const nowMs = this.#nowMs();
      for (const watched of this.#watched.values()) this.#apply(watched, { kind: "tick", nowMs });
      if (nowMs >= this.#refuteAgainMs) this.#refuteOwn();
      if (this.#phase === "running") this.#tickLater();
    });
  }

  #watch(target: ProbeTarget): void {
    const nowMs = this.#nowMs();
    const watched = this.#watched.get(target.processId);
    // Another life at the same place is another process: process ids are not used again.
    if (watched === undefined) {
      this.#reached.delete(target.processId);
      this.#watched.set(target.processId, { target, state: trustedAt(nowMs), probes: 0, callOff: undefined });
      return;
    }
    const before = watched.target;
    watched.target = target;
    const refutations = refutationsOf(target);
    if (refutations > refutationsOf(before)) this.#apply(watched, { kind: "refuted", nowMs, refutations });
    if (isSuspected(target) && !isSuspected(before)) this.#apply(watched, { kind: "doubted", nowMs });
  }

  #drop(processId: string): void {
    this.#watched.get(processId)?.callOff?.();
    this.#watched.delete(processId);
  }

  #apply(watched: Watched, input: DetectionInput): void {
    if (this.#phase !== "running" || this.#watched.get(watched.target.processId) !== watched) return;
    const { state, effects } = stepDetection(watched.state, input, this.#timings);
    const isNew = watched.state !== state;
    if (state.isReached) this.#reached.add(watched.target.processId);
    else if (watched.state.isReached) this.#reached.delete(watched.target.processId);
    watched.state = state;
    for (const effect of effects) this.#do(watched, effect);
    if (!isNew) return;
    watched.callOff?.();
    watched.callOff = undefined;
    if (state.kind !== "suspecting") return;
    watched.callOff = this.#options.timers.after(Math.max(0, Math.ceil(state.lookAtMs - this.#nowMs())), () => {
      this.#apply(watched, { kind: "tick", nowMs: this.#nowMs() });
    });
  }

  #do(watched: Watched, effect: DetectionEffect): void {
    void (effect.kind === "probe" ? this.#probe(watched, effect.through) : this.#report(watched, effect.vote));
  }

  async #probe(watched: Watched, through: "self" | "others"): Promise<void> {
    const { target } = watched;
    const timeoutMs = through === "self" ? this.#timings.probeTimeoutMs : this.#timings.indirectTimeoutMs;
    const sentMs = this.#nowMs();
    watched.probes += 1;
    const probe = watched.probes;
    const answer = await (through === "self"
      ? this.#options.probe.ask(target, timeoutMs)
      : this.#askOthers(target, timeoutMs));
    const nowMs = this.#nowMs();
    const tookMs = nowMs - sentMs;
    const result = answer === "silent" && isProbeLate(tookMs, timeoutMs) ? "late" : answer;
    this.#options.events({ kind: "member.probed", processId: target.processId, through, result, tookMs });
    if (watched.probes === probe) this.#apply(watched, { kind: "probed", nowMs, through, result });
  }

  /** One that reaches it is enough; that it refuses others says less than that it refuses oneself. */
  async #askOthers(target: ProbeTarget, timeoutMs: number): Promise<Exclude<ProbeResult, "late">> {
    const { probe, random } = this.#options;
    const helpers = [...target.helpers];
    while (helpers.length > helpersMax) helpers.splice(random.int(helpers.length), 1);
    const asked = helpers.map(async (helper) => {
      const result = await probe.askThrough(helper, target, timeoutMs);
      if (result !== "answered") throw new Error(result);
      return result;
    });
    return Promise.any(asked).catch(() => "silent" as const);
  }

  async #report({ target }: Watched, vote: MemberReport["vote"]): Promise<void> {
    const { store, events, agentId, incarnation } = this.#options;
    const members = target.members.map((member) => ({ ...member, refutations: member.refutations ?? 0 }));
    const needed = probersQuorum(target.helpers.length + 1);
    const reporter = { agentId, incarnation };
    try {
      const buried = await store.report({ reporter, vote, needed, validMs: this.#timings.voteValidMs, members });
      events({ kind: "member.reported", agentId, processId: target.processId, vote, buried });
    } catch {
      // While the store is away nobody is judged (M1); the next look reports again.
    }
  }

  /** Answers what is said of own agents in the view, and again while it stands there: an answer may be lost. */
  #refuteOwn(): void {
    const { processId, random } = this.#options;
    this.#refuteAgainMs = this.#nowMs() + refuteAgainMs * (1 + random.next());
    for (const { agentId, incarnation, refutations = 0, suspect = false, ...member } of aliveIn(this.#view))
      if (suspect && member.processId === processId) void this.#refute(agentId, incarnation, refutations + 1);
  }

  async #refute(agentId: string, incarnation: number, refutations: number): Promise<void> {
    const { store, events } = this.#options;
    try {
      if (await store.refute({ agentId, incarnation, refutations }))
        events({ kind: "suspicion.refuted", agentId, refutations });
    } catch {
      // The suspicion is still in the view, and so answered again.
    }
  }
}

function refutationsOf({ members }: ProbeTarget): number {
  return members.reduce((most, { refutations = 0 }) => Math.max(most, refutations), 0);
}

function isSuspected({ members }: ProbeTarget): boolean {
  return members.some(({ suspect }) => suspect === true);
}
