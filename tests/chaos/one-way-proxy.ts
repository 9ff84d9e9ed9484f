/**
 * A TCP proxy that can hold back one direction of every connection through it, as a one-way partition does: what was sent
 * meanwhile is delivered, late, when the partition is over, also where the sender has given up.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";

/** What gets through: everything, nothing to the server, or nothing to the client. */
export type Passage = "both-ways" | "no-requests" | "no-replies";

/** A running proxy. */
export interface OneWayProxy extends AsyncDisposable {
  readonly port: number;
  set(passage: Passage): void;
}

/** Listens on a free port of 127.0.0.1 and connects to `targetPort` there. */
export async function startOneWayProxy(targetPort: number): Promise<OneWayProxy> {
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  let passage: Passage = "both-ways";
  const listener: Server = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const pair = { client, server };
    pairs.add(pair);
    relay(client, server);
    relay(server, client);
    for (const socket of [client, server])
      socket.once("close", () => {
        if (client.destroyed && server.destroyed) pairs.delete(pair);
      });
    apply(pair);
  });

  function apply({ client, server }: { readonly client: Socket; readonly server: Socket }): void {
    if (passage === "no-requests") client.pause();
    else client.resume();
    if (passage === "no-replies") server.pause();
    else server.resume();
  }

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    set(next) {
      passage = next;
      for (const pair of pairs) apply(pair);
    },
    async [Symbol.asyncDispose]() {
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      listener.close();
      await once(listener, "close");
    },
  };
}

function relay(from: Socket, to: Socket): void {
  from.on("data", (bytes) => void to.write(bytes));
  from.on("end", () => to.end());
  // A reset: the other side is told at once.
  from.on("error", () => to.destroy());
}
