/**
 * A proxy in front of Redis that loses frames and delays all of them, by a seeded random.
 *
 * A frame is a Lua command on its way there, its answer on its way back, or a message of pub/sub. Redis's protocol matches
 * answers to commands by their order, so a gap cannot be left: in the place of an answer that does not come, because the
 * command or the answer was lost, the client gets the error TRYAGAIN, from which it cannot tell whether the command was carried
 * out. Messages are lost without a trace. Handshakes are left alone, for a connection without one is no connection.
 */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { createRandom } from "@entrain/kernel";

/** A running proxy. */
export interface FrameProxy extends AsyncDisposable {
  readonly port: number;
  /** Frames that could be lost, and those that were. */
  counts(): { readonly frames: number; readonly lost: number };
}

/** How bad it is. */
export interface FrameFaults {
  readonly seed: string | number;
  /** Share of frames that are lost, 0 to 1, each way. */
  readonly lossShare: number;
  /** Of everything, each way, ms. */
  readonly delayMs: number;
}

const lostAnswer = Buffer.from("-TRYAGAIN the frame was lost\r\n");

/** Listens on a free port of 127.0.0.1 and connects to `targetPort` there. */
export async function startFrameProxy(targetPort: number, faults: FrameFaults): Promise<FrameProxy> {
  const sockets = new Set<Socket>();
  const counts = { frames: 0, lost: 0 };
  const random = createRandom(faults.seed);
  const loses = (): boolean => {
    counts.frames += 1;
    const isLost = random.next() < faults.lossShare;
    if (isLost) counts.lost += 1;
    return isLost;
  };
  const listener = createServer((client) => {
    const server = connect({ port: targetPort, host: "127.0.0.1" });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    relay(client, server, faults.delayMs, loses);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    counts: () => ({ ...counts }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

/** What the client is to get for a command: the server's answer, or the news that there is none. */
type Slot = "answer" | "answer-lost" | "command-lost";

function relay(client: Socket, server: Socket, delayMs: number, loses: () => boolean): void {
  const slots: Slot[] = [];
  let subscribed = false;
  const later = (socket: Socket, bytes: Buffer): void => {
    // Timers of one length end in the order in which they began.
    setTimeout(() => {
      if (!socket.destroyed) socket.write(bytes);
    }, delayMs);
  };
  const tellLost = (): void => {
    while (slots[0] === "command-lost") {
      slots.shift();
      later(client, lostAnswer);
    }
  };
  onFrames(client, (frame) => {
    const name = /^\*\d+\r\n\$\d+\r\n([^\r]*)\r\n/.exec(frame.toString("latin1", 0, 64))?.[1]?.toLowerCase() ?? "";
    subscribed ||= name === "subscribe";
    const isCommand = name.startsWith("eval");
    const isLost = isCommand && loses();
    if (!isLost) later(server, frame);
    slots.push(isLost ? "command-lost" : isCommand && loses() ? "answer-lost" : "answer");
    tellLost();
  });
  onFrames(server, (frame) => {
    if (subscribed) {
      const isMessage = frame.subarray(0, 32).includes("message");
      if (!isMessage || !loses()) later(client, frame);
      return;
    }
    later(client, slots.shift() === "answer-lost" ? lostAnswer : frame);
    tellLost();
  });
}

/** Calls back with each whole frame of RESP. */
function onFrames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let from = 0;
    for (let end = frameEnd(rest, 0); end !== undefined; end = frameEnd(rest, from)) {
      onFrame(rest.subarray(from, end));
      from = end;
    }
    rest = rest.subarray(from);
  });
}

/** Where the frame that begins at `from` ends; undefined where it is not whole yet. RESP2 and RESP3. */
function frameEnd(bytes: Buffer, from: number): number | undefined {
  const lineEnd = bytes.indexOf("\r\n", from, "latin1");
  if (lineEnd < 0) return undefined;
  const kind = String.fromCharCode(bytes[from] ?? 0);
  const size = Number(bytes.toString("latin1", from + 1, lineEnd));
  const after = lineEnd + 2;
  if (kind === "$" || kind === "=" || kind === "!") {
    const end = size < 0 ? after : after + size + 2;
    return end <= bytes.length ? end : undefined;
  }
  if (kind !== "*" && kind !== "%" && kind !== "~" && kind !== ">") return after;
  let end: number | undefined = after;
  for (let left = kind === "%" ? 2 * size : size; left > 0 && end !== undefined; left--) end = frameEnd(bytes, end);
  return end;
}
