/** Opens the console's port. */
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { baseUrlOf, listenError } from "@entrain/telemetry";

/**
 * Listens; resolves with the base URL of the server.
 * @throws EntrainError `invalid-config` that names the variable, where the address cannot be had
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    throw listenError(thrown, { host, port, hostField: "ENTRAIN_HTTP_HOST", portField: "ENTRAIN_HTTP_PORT" });
  }
  return baseUrlOf(host, (app.server.address() as AddressInfo).port);
}
