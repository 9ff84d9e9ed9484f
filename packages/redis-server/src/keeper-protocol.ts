/**
 * What supervisor and keeper say to each other. The supervisor writes one KeeperRequest as a line of JSON on the keeper's
 * stdin and keeps the pipe open: its closing is the order to end. The keeper prints one KeeperEvent per line.
 */
import type { RedisServerPlan } from "./redis-server-plan.ts";

export interface KeeperRequest {
  readonly plan: RedisServerPlan;
  readonly dir: string;
  /** 0: any free port. */
  readonly port: number;
  readonly password?: string | undefined;
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Longest wait for other clients to go before the server ends. */
  readonly drainMs: number;
}

/** Where the present life of the server is. */
export interface ServerAddress {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly container?: string;
}

export type KeeperEvent =
  /** Printed once, first. */
  | ({ readonly kind: "ready" } & ServerAddress)
  /** The server ended although nobody asked; a `restarted` follows. */
  | { readonly kind: "died"; readonly code: number | null; readonly signal: string | null }
  | ({ readonly kind: "restarted"; readonly restarts: number } & ServerAddress)
  | { readonly kind: "restart-failed"; readonly reason: string; readonly retryInMs: number }
  /** The first start failed; the keeper ends. */
  | { readonly kind: "failed"; readonly reason: string };
