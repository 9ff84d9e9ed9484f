/**
 * Gives the swarm's members their roles, in the name of the leader: a sample of everybody's risk now and then, and the changes
 * that `stepRoles` makes of it, fenced by the leadership. Where a holder of a role is gone, it looks at once.
 *
 * Order: the leadership is taken before the sample is asked for, so that what follows from a sample is never done in the name of
 * a later term. A new term begins without what was seen in the one before. While the store is away roles stay as they are (M1).
 */
import { EntrainError } from "@entrain/kernel";
import type { Leadership } from "@entrain/core/election";
import {
  aliveIn,
  stepRoles,
  type MembershipView,
  type RoleChange,
  type RolePolicy,
  type RoleRows,
} from "@entrain/core/membership";
import type { EventSink, RoleStore, SampledMember, Timers } from "@entrain/ports";

/** What a keeper needs. */
export interface RoleKeeperOptions {
  readonly store: RoleStore;
  readonly timers: Timers;
  readonly events: EventSink;
  /** This process's leadership of the swarm, while it may act on it (L4). */
  readonly leadership: () => Leadership | undefined;
  readonly policy: () => RolePolicy;
}

/** From a holder's end to the look that it asks for: several that end together are one look, ms. */
const soonMs = 50;

/** The leader's duty for roles, in one process; without effect while that does not lead. */
export class RoleKeeper {
  readonly #options: RoleKeeperOptions;
  #rows: RoleRows = new Map();
  /** When each member was last heard as of the last sample. */
  #heard: ReadonlyMap<string, number> = new Map();
  #term: number | undefined;
  /** Lives that have a place to be filled when they end. */
  #holders: ReadonlySet<string> = new Set();
  /** Looks come one after the other. */
  #looking = Promise.resolve();
  #callOff: (() => void) | undefined;
  #callOffSoon: (() => void) | undefined;
  #running = false;

  constructor(options: RoleKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#sampleLater();
  }

  /** Looks no more; final for what is under way as well, but for a command that was sent. */
  stop(): void {
    this.#running = false;
    this.#callOff?.();
    this.#callOffSoon?.();
  }

  /** The members as the store tells them. */
  setView(view: MembershipView): void {
    const alive = aliveIn(view);
    const lives = new Set(alive.map(lifeOf));
    const isVacant = [...this.#holders].some((life) => !lives.has(life));
    this.#holders = new Set(alive.filter(({ role }) => role === "primary" || role === "backup").map(lifeOf));
    if (!isVacant || !this.#running || this.#callOffSoon !== undefined) return;
    this.#callOffSoon = this.#options.timers.after(soonMs, () => {
      this.#callOffSoon = undefined;
      void this.#queue(false);
    });
  }

  #sampleLater(): void {
    const { timers, policy } = this.#options;
    this.#callOff = timers.after(policy().sampleMs, () => {
      void this.#queue(true).then(() => {
        if (this.#running) this.#sampleLater();
      });
    });
  }

  #queue(isSample: boolean): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(isSample));
    return this.#looking;
  }

  /** Never rejects. */
  async #look(isSample: boolean): Promise<void> {
    const { store, events, leadership } = this.#options;
    const held = this.#running ? leadership() : undefined;
    if (held?.term !== this.#term) this.#begin(held?.term);
    if (held === undefined) return;
    try {
      const changes = this.#step(await store.sample(), isSample);
      if (changes.length === 0 || !this.#running) return;
      const made = new Set(await store.assign(held, changes));
      for (const { agentId, from, to, cause } of changes)
        if (made.has(agentId)) events({ kind: "role.changed", agentId, from, to, cause, term: held.term });
    } catch (thrown) {
      // What is still due comes up again with the next sample.
      const { code, message } = EntrainError.from(thrown);
      if (code === "stale-term")
        events({ kind: "effect.refused", agentId: held.agentId, effect: "assign-roles", term: held.term, code });
      else events({ kind: "follow.failed", what: "the roles of members", code, message });
    }
  }

  #begin(term: number | undefined): void {
    this.#term = term;
    this.#rows = new Map();
    this.#heard = new Map();
  }

  /** Only a risk that came since the last sample counts, and only where a sample was due. */
  #step(members: readonly SampledMember[], isSample: boolean): readonly RoleChange[] {
    const samples = members.map(({ heardAt, risk, ...member }) => {
      const isNews = isSample && this.#heard.get(lifeOf(member)) !== heardAt;
      return { ...member, risk: isNews ? risk : undefined };
    });
    if (isSample) this.#heard = new Map(members.map((member) => [lifeOf(member), member.heardAt]));
    const { rows, changes } = stepRoles(this.#rows, samples, this.#options.policy());
    this.#rows = rows;
    return changes;
  }
}

function lifeOf({ agentId, incarnation }: { readonly agentId: string; readonly incarnation: number }): string {
  return `${agentId} ${incarnation}`;
}
