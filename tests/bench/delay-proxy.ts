/**
 * A TCP proxy that delivers what it was sent a while later, in both directions, as a long link does; and can hold everything back, as a
 * partition does. What was held back is delivered when the partition is over. It runs in a thread of its own, so that whoever talks
 * through it does not slow it down.
 */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** A running proxy. */
export interface DelayProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing gets through, or everything does, in its order. */
  cut(isCut: boolean): void;
}

interface Wish {
  readonly targetPort: number;
  readonly oneWayMs: number;
}

/** Listens on a free port of 127.0.0.1 and connects to `targetPort` there; `oneWayMs` is half of the round trip. */
export async function startDelayProxy(targetPort: number, oneWayMs: number): Promise<DelayProxy> {
  const thread = new Worker(import.meta.filename, { workerData: { targetPort, oneWayMs } satisfies Wish });
  const [port] = (await once(thread, "message")) as [number];
  return {
    port,
    cut(isCut) {
      thread.postMessage(isCut);
    },
    async [Symbol.asyncDispose]() {
      await thread.terminate();
    },
  };
}

/** What the thread does; it ends with the thread. */
function relayAll({ targetPort, oneWayMs }: Wish): void {
  let held: (() => void)[] | undefined;
  const deliver = (step: () => void): void => {
    if (held === undefined) step();
    else held.push(step);
  };
  function relay(from: Socket, to: Socket): void {
    const later = (step: () => void): void => void setTimeout(deliver, oneWayMs, step);
    from.setNoDelay(true);
    from.on("data", (bytes: Buffer) => {
      later(() => void to.write(bytes));
    });
    from.on("end", () => {
      later(() => to.end());
    });
    from.on("error", () => to.destroy());
  }
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    relay(client, server);
    relay(server, client);
  });
  parentPort?.on("message", (isCut: boolean) => {
    const steps = held ?? [];
    held = isCut ? steps : undefined;
    if (!isCut) for (const step of steps) step();
  });
  listener.listen(0, "127.0.0.1", () => {
    parentPort?.postMessage((listener.address() as AddressInfo).port);
  });
}

if (!isMainThread) relayAll(workerData as Wish);
