/** The events of a simulation. */
import type { NeighbourSample, SlotPlan } from "@entrain/core/rhythm";
import type { Link, SimulatedAgent } from "./simulated-agent.ts";
import type { Change } from "./simulation-spec.ts";

/** A frame under way. */
export interface Frame {
  readonly kind: "frame";
  readonly from: SimulatedAgent;
  readonly to: SimulatedAgent;
  readonly sentNs: number;
  /** What the sender last heard from the receiver: it closes an exchange. */
  readonly echo: Link["heard"];
  readonly sample: Omit<NeighbourSample, "atNs">;
}

/** What may happen next. */
export type SimulatedEvent =
  | Frame
  | { readonly kind: "tick"; readonly agent: SimulatedAgent; readonly forNs: number }
  | { readonly kind: "sample" }
  | { readonly kind: "rewire" }
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "list" }
  | {
      readonly kind: "tell";
      readonly agent: SimulatedAgent;
      readonly inputs: readonly News[];
      readonly links: Map<number, Link>;
    };

/** What the registry tells an agent. */
export type News =
  | { readonly kind: "neighbours"; readonly agentIds: ReadonlySet<string> }
  | { readonly kind: "plan"; readonly plan: SlotPlan };
