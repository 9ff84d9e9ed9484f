/** A decider that lives in another process: the decision-loop service. */
import { checkId } from "@entrain/kernel";
import type { Clock, Decider } from "@entrain/ports";
import { callMetadata } from "./call-metadata.ts";
import { openChannel } from "./channel.ts";
import type { Security } from "./credentials.ts";
import { outcomeFromWire, requestToWire } from "./decision-wire.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { callUnary } from "./unary-call.ts";

/** What the client needs. */
export interface DecisionClientOptions extends Security {
  readonly swarmId: string;
  readonly clock: Pick<Clock, "monoMs">;
  /** Longest wait for an answer, ms (default 2 s): the policy's budget and the way there and back. */
  readonly deadlineMs?: number;
}

/** A remote decider; `close` gives its channel up. */
export interface DecisionClient extends Decider {
  close(): void;
}

/**
 * A decider at `address`; connects at the first question. `decide` rejects with EntrainError: what the service says,
 * `unavailable` where it cannot be reached, `deadline-exceeded` where it does not answer, `cancelled` by the signal.
 * `latencyMs` of an outcome is the caller's: the way there and back is part of it.
 * @throws EntrainError `invalid-argument` for a malformed address or swarm.
 */
export function createDecisionClient(address: string, options: DecisionClientOptions): DecisionClient {
  const { swarmId, clock, deadlineMs = 2_000 } = options;
  const metadata = callMetadata(checkId("swarmId", swarmId));
  const channel = openChannel(address, options, { swarmId, role: "decision-loop" });
  const method = serviceDefinitions().decision.Decide;
  return {
    async decide(request) {
      const { signal } = request;
      const startMs = clock.monoMs();
      const answer = await callUnary({
        channel,
        method,
        request: requestToWire(request),
        metadata,
        deadlineMs,
        signal,
      });
      return { ...outcomeFromWire(answer), latencyMs: clock.monoMs() - startMs };
    },
    close: () => channel.close(),
  };
}
