/**
 * A reasoner behind a gRPC endpoint of the user's own, which serves `entrain.v1.ReasonerService`. What guards it is what guards
 * every reasoner over a network. Unit of cost: whatever the answer's `cost` says, else 1 a call.
 */
import type { Reasoner } from "@entrain/ports";
import { createGuardedReasoner, type RemoteLimits } from "@entrain/reasoners";
import { createReasonerClient, type ReasonerTarget } from "@entrain/rpc";

/** Where and how it is asked. */
export interface GrpcReasonerOptions extends RemoteLimits, ReasonerTarget {
  /** In decisions' reasoning, logs and metrics (default "grpc"). */
  readonly name?: string;
}

/** One that holds a connection, which keeps no process alive; `close` hangs up at once. */
export interface GrpcReasoner extends Reasoner {
  /** Idempotent; whoever asks afterwards has no answer. */
  close(): void;
}

/**
 * A reasoner that calls `Reason` (proto/entrain/v1/reasoner.proto); connects at the first question.
 * @throws EntrainError `invalid-config` that names the option, `invalid-argument` for a malformed address
 */
export function createGrpcReasoner(options: GrpcReasonerOptions): GrpcReasoner {
  const { name = "grpc", address, tls, metadata, ...limits } = options;
  const client = createReasonerClient({
    address,
    ...(tls === undefined ? {} : { tls }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  const guarded = createGuardedReasoner({
    name,
    limits,
    async ask(question, { signal, deadlineMs }) {
      const { verdict, cost } = await client.ask({ ...question, signal }, deadlineMs);
      return { cost, read: () => verdict };
    },
  });
  return { ...guarded, close: () => client.close() };
}
