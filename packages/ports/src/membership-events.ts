/** What happens in the membership of a process: its view, its signs of life, its probes of others. */
import type { AgentRole, MemberRecord, ProbeResult, RoleCause } from "@entrain/core/membership";
import type { Heartbeat } from "./registry.ts";
import type { MemberReport } from "./suspicion-store.ts";

/** One such event. */
export type MembershipEvent =
  | { readonly kind: "member.changed"; readonly member: MemberRecord; readonly version: number }
  | {
      readonly kind: "membership.viewed";
      readonly version: number;
      readonly alive: number;
      readonly dead: number;
      readonly left: number;
      /** Members alive by role. */
      readonly roles: Readonly<Record<AgentRole, number>>;
    }
  | {
      readonly kind: "heartbeat";
      readonly ok: boolean;
      readonly roundTripMs: number;
      /** What the process said of its agents. */
      readonly beats: readonly Heartbeat[];
    }
  /** A probe of another process came to its end. */
  | {
      readonly kind: "member.probed";
      readonly processId: string;
      readonly through: "self" | "others";
      readonly result: ProbeResult;
      readonly tookMs: number;
    }
  /** Probes do not reach a process: it was reported, and its agents buried where that made enough votes. */
  | {
      readonly kind: "member.reported";
      /** In whose name. */
      readonly agentId: string;
      readonly processId: string;
      readonly vote: MemberReport["vote"];
      readonly buried: number;
    }
  /** The voters' record, as an observer read it. */
  | { readonly kind: "voters.counted"; readonly alive: number; readonly dead: number; readonly quorum: number }
  /** This process leads, and has given a member another role. */
  | {
      readonly kind: "role.changed";
      /** Whose. */
      readonly agentId: string;
      readonly from: AgentRole;
      readonly to: AgentRole;
      readonly cause: RoleCause;
      readonly term: number;
    }
  /** An agent of this process was suspected, and has said that it lives. */
  | { readonly kind: "suspicion.refuted"; readonly agentId: string; readonly refutations: number };
