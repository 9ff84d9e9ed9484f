/**
 * What there is to tell of a run, as one union. `entrain up` reports these; the human account and the JSON lines are two
 * renderings of the same story.
 */
import type { SwarmEvent } from "../console/event-stream.ts";
import type { InjectionView, SwarmView } from "../console/console-views.ts";
import type { SupervisorEvent } from "../supervisor/supervisor.ts";
import type { Verdict } from "./verdict.ts";

/** One thing to tell; `sinceReadyMs` counts from readiness. */
export type AccountEvent =
  | {
      readonly kind: "plan";
      readonly version: string;
      readonly swarmId: string;
      readonly agents: number;
      readonly processes: number;
      readonly periodMs: number;
      readonly goal: string;
      readonly runDir: string;
    }
  | { readonly kind: "note"; readonly text: string }
  /** `pid` is null where the Redis is not ours. */
  | { readonly kind: "redis"; readonly text: string; readonly port: number | null; readonly pid: number | null }
  | {
      readonly kind: "service";
      readonly name: string;
      readonly pid: number;
      readonly opsUrl: string;
      /** host:port of its gRPC server, if it has one. */
      readonly grpcAddress?: string;
      readonly lives: number;
    }
  | { readonly kind: "coherence"; readonly value: number }
  | { readonly kind: "ready"; readonly url: string; readonly afterMs: number; readonly swarm: SwarmView }
  | { readonly kind: "incident"; readonly telemetry: Readonly<Record<string, number>>; readonly answer: InjectionView }
  | { readonly kind: "status"; readonly sinceReadyMs: number; readonly swarm: SwarmView }
  | { readonly kind: "event"; readonly sinceReadyMs: number; readonly event: SwarmEvent }
  | {
      readonly kind: "ended";
      readonly sinceReadyMs: number;
      readonly event: Extract<SupervisorEvent, { kind: "ended" }>;
    }
  | ({ readonly kind: "summary"; readonly sinceReadyMs: number; readonly swarm: SwarmView | undefined } & Verdict)
  | { readonly kind: "stopping"; readonly because: string };

/** Takes events in their order. */
export interface Account {
  tell(event: AccountEvent): void;
}
