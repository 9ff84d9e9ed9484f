/** Waits for a gRPC channel to be connected, or to have failed. */
import { connectivityState, type Client } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";

/**
 * Resolves once the channel is connected.
 * @throws EntrainError `unavailable` where the connection fails, is closed, or takes longer than `timeoutMs`.
 */
export function whenConnected(client: Client, address: string, timeoutMs: number): Promise<void> {
  const channel = client.getChannel();
  const deadline = Date.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new EntrainError("unavailable", `${address}: ${reason}`));
    const look = (late?: Error): void => {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) resolve();
      else if (state === connectivityState.TRANSIENT_FAILURE) fail("cannot be reached");
      else if (state === connectivityState.SHUTDOWN) fail("closed");
      else if (late !== undefined) fail(`no connection within ${timeoutMs} ms`);
      else channel.watchConnectivityState(state, deadline, look);
    };
    look();
  });
}
