/**
 * A swarm's members and what is said of them in memory, for a test in virtual time: judged as lua/report-members.lua,
 * refute-suspicion.lua, heartbeat.lua and assign-roles.lua judge them, each agent in a process of its own.
 */
import type { AgentRole, MemberRecord, MembershipView, RoleChange } from "@entrain/core/membership";
import type { MemberReport, SampledMember, SuspectLife } from "@entrain/ports";

/** How long a suspicion must have stood before a vote on silence counts, ms; as in report-members.lua. */
const standsMs = 200;

/** One member. */
interface Member {
  alive: boolean;
  heardAtMs: number;
  risk: number;
  refutations: number;
  suspectSinceMs: number | undefined;
  readonly votes: Map<string, number>;
  role: AgentRole;
  roleSinceMs: number;
}

/** What an oracle needs. */
export interface MemberOracleOptions {
  readonly nowMs: () => number;
  /** Silence of the dead, ms. */
  readonly deadAfterMs: number;
  /** The version was raised. */
  readonly onChange: () => void;
}

/** The members; all of them are alive at first. */
export class MemberOracle {
  readonly members = new Map<string, Member>();
  readonly deaths: { readonly agentId: string; readonly atMs: number; readonly cause: "votes" | "silence" }[] = [];
  readonly changes: { readonly agentId: string; readonly to: AgentRole; readonly atMs: number }[] = [];
  readonly seen = { suspicions: 0, refutations: 0 };
  readonly #options: MemberOracleOptions;
  #view: MembershipView;

  constructor(agentIds: readonly string[], options: MemberOracleOptions) {
    this.#options = options;
    for (const name of agentIds)
      this.members.set(name, {
        ...{ alive: true, heardAtMs: 0, risk: 0, refutations: 0, suspectSinceMs: undefined },
        ...{ votes: new Map(), role: "standby", roleSinceMs: -Infinity },
      });
    this.#view = { version: 1, members: this.#records() };
  }

  view(): MembershipView {
    return this.#view;
  }

  report({ reporter, vote, needed, validMs, members }: MemberReport): number {
    if (this.members.get(reporter.agentId)?.alive !== true) return 0;
    const nowMs = this.#options.nowMs();
    let buried = 0;
    for (const { agentId, refutations } of members) {
      const member = this.members.get(agentId);
      if (member?.alive !== true || member.refutations !== refutations) continue;
      if (member.suspectSinceMs === undefined) {
        member.suspectSinceMs = nowMs;
        this.seen.suspicions += 1;
        this.#changed();
      }
      // A prober's latest report is all that it says.
      member.votes.delete(reporter.agentId);
      if (vote === "suspect" || (vote === "dead" && nowMs - member.suspectSinceMs < standsMs)) continue;
      member.votes.set(reporter.agentId, nowMs);
      const isValid = (by: string, atMs: number): boolean =>
        this.members.get(by)?.alive === true && nowMs - atMs <= validMs;
      const valid = [...member.votes].filter(([by, atMs]) => isValid(by, atMs));
      if (valid.length < Math.max(2, needed)) continue;
      this.#bury(agentId, member, "votes");
      buried += 1;
    }
    return buried;
  }

  refute({ agentId, refutations }: SuspectLife): boolean {
    const member = this.members.get(agentId);
    if (member?.alive !== true || member.refutations >= refutations) return false;
    Object.assign(member, { refutations, suspectSinceMs: undefined, heardAtMs: this.#options.nowMs() });
    member.votes.clear();
    this.seen.refutations += 1;
    this.#changed();
    return true;
  }

  heartbeat(agentId: string, risk: number): void {
    const member = this.members.get(agentId);
    if (member?.alive === true) Object.assign(member, { risk, heardAtMs: this.#options.nowMs() });
    for (const [id, other] of this.alive())
      if (this.#options.nowMs() - other.heardAtMs >= this.#options.deadAfterMs) this.#bury(id, other, "silence");
  }

  /** See sample-members.lua. */
  sample(): readonly SampledMember[] {
    const nowMs = this.#options.nowMs();
    return this.alive().map(([agentId, { role, roleSinceMs, suspectSinceMs, risk, heardAtMs }]) => {
      const suspect = suspectSinceMs !== undefined;
      return { agentId, incarnation: 1, role, heldMs: nowMs - roleSinceMs, suspect, risk, heardAt: heardAtMs };
    });
  }

  alive(): readonly (readonly [string, Member])[] {
    return [...this.members].filter(([, { alive }]) => alive);
  }

  assign({ agentId, from, to }: RoleChange): boolean {
    const member = this.members.get(agentId);
    if (member?.alive !== true || member.role !== from) return false;
    Object.assign(member, { role: to, roleSinceMs: this.#options.nowMs() });
    this.changes.push({ agentId, to, atMs: this.#options.nowMs() });
    this.#changed();
    return true;
  }

  #bury(agentId: string, member: Member, cause: "votes" | "silence"): void {
    member.alive = false;
    this.deaths.push({ agentId, atMs: this.#options.nowMs(), cause });
    this.#changed();
  }

  #changed(): void {
    this.#view = { version: this.#view.version + 1, members: this.#records() };
    this.#options.onChange();
  }

  #records(): ReadonlyMap<string, MemberRecord> {
    return new Map(
      [...this.members].map(([agentId, { alive, refutations, suspectSinceMs, role }]) => {
        const place = { processId: `p-${agentId}`, host: "h", pid: 1, address: agentId, opsUrl: "" };
        const life = { incarnation: 1, health: 1, joinedAtMs: 0, changedAtMs: 0, refutations, role };
        const state = alive ? "alive" : "dead";
        return [agentId, { agentId, ...place, ...life, state, suspect: suspectSinceMs !== undefined }] as const;
      }),
    );
  }
}
