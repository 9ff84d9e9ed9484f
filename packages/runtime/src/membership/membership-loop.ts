/**
 * Membership of one process: registers its agents, sends their signs of life in one call, and keeps a view of the
 * swarm by deltas. When the store is away the view freezes (M1) and the loop goes on trying; agents that the store no
 * longer lists are registered anew.
 */
import { EntrainError } from "@entrain/kernel";
import {
  aliveIn,
  countRoles,
  steppedLoad,
  viewsAlong,
  type MemberRecord,
  type MemberState,
  type MembershipTimings,
  type MembershipView,
} from "@entrain/core/membership";
import type { BeatCount, Clock, EventSink, Heartbeat, MemberOffer, Registry, Timers } from "@entrain/ports";

/** What the membership of a process needs. */
export interface MembershipLoopOptions {
  readonly registry: Omit<Registry, "fleet">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly timings: MembershipTimings;
  /** The agents of this process. */
  readonly offers: readonly MemberOffer[];
  /** Whether they begin by taking their ids over from processes that are alive, or are refused then. */
  readonly takeOver: boolean;
  /** The present health of an own agent, 0..1. */
  readonly healthOf: (agentId: string) => number;
  /** Its present risk, 0..1. */
  readonly riskOf: (agentId: string) => number;
  /** The process's present load, 0..1, measured anew at each call and told to the store in steps (default: none). */
  readonly load?: () => number;
  /** Capabilities of an own agent, looked up whenever it is registered; see `reoffer` (default: it has none). */
  readonly capabilitiesOf?: (agentId: string) => readonly string[];
  /** Where the swarm's count of beats stands now; undefined while this process keeps none (default: it never does). */
  readonly count?: () => BeatCount | undefined;
  readonly onView: (view: MembershipView) => void;
  /** Before the newest view: of those that lead there, the last of each other first beat of places (R5). */
  readonly onPlaces?: (view: MembershipView) => void;
  /** A higher incarnation has taken the id over: the agent must go (M3). */
  readonly onSuperseded: (agentId: string) => void;
}

/** The shortest pause between two turns, when the store is slow, ms. */
const pauseMinMs = 20;

/** The membership of a process. */
export class MembershipLoop {
  readonly #options: MembershipLoopOptions;
  readonly #gone = new Set<string>();
  #unregistered: Set<string>;
  #offersChanged = false;
  /** The load in steps, and whether the store has been told it of every agent. */
  #load = 0;
  #isLoadTold = false;
  #view: MembershipView = { version: 0, members: new Map() };
  #answered = false;
  /** Its agents have been members. */
  #joined = false;
  #started = false;
  #running = false;
  #callOff: (() => void) | undefined;
  #unwatch: (() => void) | undefined;
  #catchingUp: Promise<void> | undefined;
  /** The highest version that was heard of since the present reading was sent: it may be newer than what comes of that. */
  #heardOf = 0;

  constructor(options: MembershipLoopOptions) {
    this.#options = options;
    this.#unregistered = new Set(options.offers.map(({ agentId }) => agentId));
  }

  /** Registers the agents and begins to beat. Rejects if the first registration fails, but goes on trying. */
  async start(): Promise<void> {
    const { registry, timings } = this.#options;
    this.#running = true;
    this.#unwatch = registry.watch((version) => {
      // A failed reading is made up for by the next heartbeat's version. In a store that has lost writes it may be lower.
      if (this.#running && version !== this.#view.version) this.#catchUp(version).catch(() => undefined);
    });
    try {
      await this.#beat();
      this.#answered = true;
    } finally {
      this.#started = true;
      this.#turnAfter(timings.heartbeatMs);
    }
  }

  view(): MembershipView {
    return this.#view;
  }

  alive(): readonly MemberRecord[] {
    return aliveIn(this.#view);
  }

  /** True while every agent is registered and the last heartbeat was answered. */
  registered(): boolean {
    return this.#answered && this.#unregistered.size === 0;
  }

  /** What its agents offer has changed: they are registered again with the next heartbeat. */
  reoffer(): void {
    this.#offersChanged = true;
  }

  /** Leaves for all agents; takes no longer than the store's own deadline. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#callOff?.();
    this.#unwatch?.();
    const { registry } = this.#options;
    await Promise.allSettled(this.#present().map(({ agentId, incarnation }) => registry.leave(agentId, incarnation)));
  }

  async #turn(): Promise<void> {
    const { clock, timings, events } = this.#options;
    const startedMs = clock.monoMs();
    try {
      await this.#beat();
      this.#answered = true;
    } catch {
      // The store's adapter has reported the fault; here it means only: try again at the next turn.
      this.#answered = false;
      events({ kind: "heartbeat", ok: false, roundTripMs: clock.monoMs() - startedMs, beats: [] });
    }
    this.#turnAfter(Math.max(pauseMinMs, timings.heartbeatMs - (clock.monoMs() - startedMs)));
  }

  #turnAfter(pauseMs: number): void {
    if (this.#running) this.#callOff = this.#options.timers.after(pauseMs, () => void this.#turn());
  }

  async #beat(): Promise<void> {
    const { registry, clock, events, count } = this.#options;
    // To be registered is a sign of life as well: who was just now is heard of at the next turn, and has joined then.
    const isJoining = !this.#joined;
    // A member beats first: its sign of life is taken even where the store has no room for anything new.
    if (isJoining) await this.#register();
    const sentMs = clock.monoMs();
    const beats = isJoining ? [] : this.#beats();
    const answer = await registry.heartbeat(beats, count?.());
    this.#isLoadTold = !isJoining;
    events({ kind: "heartbeat", ok: true, roundTripMs: clock.monoMs() - sentMs, beats });
    this.#giveUp(answer.superseded);
    this.#unregistered = new Set(answer.unknown.filter((agentId) => !this.#gone.has(agentId)));
    if (answer.unknown.length > 0) this.#isLoadTold = false;
    await this.#renew();
    if (answer.version !== this.#view.version) await this.#catchUp(answer.version);
  }

  /** Registers again whom the store has lost, and what is offered anew; only the former has to succeed for a turn to. */
  async #renew(): Promise<void> {
    try {
      await this.#register();
    } catch (thrown) {
      // Who is a member with its old offer stays one: the new one is told with the next turn.
      if (this.#unregistered.size > 0) throw thrown;
    }
  }

  async #register(): Promise<void> {
    const { registry, healthOf, capabilitiesOf = () => [] } = this.#options;
    const isDue = (agentId: string): boolean => this.#offersChanged || this.#unregistered.has(agentId);
    const missing = this.#present().filter(({ agentId }) => isDue(agentId));
    // Who has left meanwhile is unknown to the store, and stays so.
    if (missing.length === 0 || !this.#running) return;
    try {
      // Whoever has been a member was there first: it takes over from whatever came while the store was away.
      const takeOver = this.#options.takeOver || this.#joined;
      const offers = missing.map((offer) => {
        const capabilities = capabilitiesOf(offer.agentId);
        return { ...offer, health: healthOf(offer.agentId), ...(capabilities.length === 0 ? {} : { capabilities }) };
      });
      this.#offersChanged = false;
      await registry.register(offers, { takeOver, joining: !this.#joined });
      for (const { agentId } of missing) this.#unregistered.delete(agentId);
      this.#joined = true;
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      this.#offersChanged = true;
      // A start is refused; who started while the store was away has to go.
      const isTaken = error.code === "superseded" || (error.code === "already-exists" && this.#started);
      if (isTaken) this.#giveUp(typeof error.value === "string" ? [error.value] : []);
      throw error;
    }
  }

  #beats(): readonly Heartbeat[] {
    const { healthOf, riskOf } = this.#options;
    const load = steppedLoad(this.#load, this.#options.load?.() ?? 0);
    const told = this.#isLoadTold && load === this.#load ? {} : { load };
    // Until it is answered nobody knows whether the store has been told.
    this.#isLoadTold = false;
    this.#load = load;
    return this.#present().map(({ agentId, incarnation }) => {
      return { agentId, incarnation, health: healthOf(agentId), risk: riskOf(agentId), ...told };
    });
  }

  #present(): readonly MemberOffer[] {
    return this.#options.offers.filter(({ agentId }) => !this.#gone.has(agentId));
  }

  #giveUp(agentIds: readonly string[]): void {
    for (const { agentId, incarnation } of this.#present().filter((offer) => agentIds.includes(offer.agentId))) {
      this.#gone.add(agentId);
      this.#options.events({ kind: "agent.superseded", agentId, incarnation });
      this.#options.onSuperseded(agentId);
    }
  }

  /** Brings the view towards `version`; calls at the same time share one reading, and what it did not reach gets the next. */
  #catchUp(version: number): Promise<void> {
    if (this.#catchingUp === undefined) {
      this.#heardOf = 0;
      this.#catchingUp = this.#readOn();
    } else this.#heardOf = Math.max(this.#heardOf, version);
    return this.#catchingUp;
  }

  async #readOn(): Promise<void> {
    try {
      await this.#readChanges();
    } finally {
      this.#catchingUp = undefined;
    }
    // Whoever waits has waited for one reading: changes that never end hold no heartbeat up.
    if (this.#running && this.#heardOf > this.#view.version) this.#catchUp(this.#heardOf).catch(() => undefined);
  }

  async #readChanges(): Promise<void> {
    const { registry, events } = this.#options;
    const before = this.#view;
    const changes = before.version === 0 ? "resync" : await registry.changesSince(before.version);
    const views = (changes === "resync" ? undefined : viewsAlong(before, changes)) ?? [await registry.snapshot()];
    this.#view = views.at(-1) ?? before;
    for (const member of this.#view.members.values())
      if (isNews(before.members.get(member.agentId), member))
        events({ kind: "member.changed", member, version: this.#view.version });
    if (this.#view === before) return;
    events({
      kind: "membership.viewed",
      version: this.#view.version,
      ...countStates(this.#view),
      roles: countRoles(aliveIn(this.#view)),
    });
    for (const view of views.slice(0, -1)) this.#options.onPlaces?.(view);
    this.#options.onView(this.#view);
  }
}

/** Members of the view by state: those that were forgotten while nobody watched leave no delta, so it is counted. */
function countStates(view: MembershipView): Record<MemberState, number> {
  const counts = { alive: 0, dead: 0, left: 0 };
  for (const { state } of view.members.values()) counts[state] += 1;
  return counts;
}

/** True where a member's record changed in more than its health. */
function isNews(before: MemberRecord | undefined, after: MemberRecord): boolean {
  return before?.state !== after.state || before.incarnation !== after.incarnation;
}
