/** One request, one answer, a deadline: a unary call as a promise. */
import { status as Status, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";
import type { Signal } from "@entrain/ports";
import { traceCall } from "./call-tracing.ts";
import type { RpcChannel } from "./channel.ts";
import { errorOfStatus } from "./error-status.ts";

/** What is called, and within what time. */
export interface UnaryCall<Request, Response> {
  readonly channel: RpcChannel;
  readonly method: {
    readonly path: string;
    readonly requestSerialize: (request: Request) => Buffer;
    readonly responseDeserialize: (bytes: Buffer) => Response;
  };
  readonly request: Request;
  readonly metadata: Metadata;
  readonly deadlineMs: number;
  readonly signal?: Signal | undefined;
}

/**
 * The answer.
 * @throws EntrainError as the peer meant it; `unavailable` where it cannot be reached, also within the deadline;
 * `deadline-exceeded` where it was reached and did not answer; `cancelled` by the signal.
 */
export function callUnary<Request, Response>(call: UnaryCall<Request, Response>): Promise<Response> {
  return traceCall(call.method.path, call.metadata, (metadata) => makeCall({ ...call, metadata }));
}

function makeCall<Request, Response>(call: UnaryCall<Request, Response>): Promise<Response> {
  const { channel, method, request, metadata, deadlineMs, signal } = call;
  const cancelled = new EntrainError("cancelled", `${channel.address}: called off by the caller`);
  if (signal?.aborted === true) return Promise.reject(cancelled);
  return new Promise((resolve, reject) => {
    const under = channel
      .client()
      .makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + deadlineMs },
        (failure: ServiceError | null, response?: Response) => {
          signal?.removeEventListener("abort", onAbort);
          if (failure !== null) reject(signal?.aborted === true ? cancelled : failed(failure, call));
          else if (response === undefined) reject(new EntrainError("internal", `${channel.address}: an empty answer`));
          else resolve(response);
        },
      );
    const onAbort = (): void => under.cancel();
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function failed<Request, Response>(failure: ServiceError, call: UnaryCall<Request, Response>): EntrainError {
  const { channel, deadlineMs } = call;
  const unanswered = failure.code === Status.DEADLINE_EXCEEDED && !channel.connected();
  if (unanswered || failure.code === Status.UNAVAILABLE) channel.unreached();
  if (!unanswered) return errorOfStatus(failure, channel.address);
  return new EntrainError("unavailable", `${channel.address}: not reached within ${deadlineMs} ms`, { cause: failure });
}
