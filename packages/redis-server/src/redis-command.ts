/**
 * One command to a server on one short-lived connection: just enough RESP2 to ask whether it lives, who it is and who is
 * connected. Everything else is the business of a real client.
 */
import { connect } from "node:net";
import { RedisServerError } from "./redis-server-error.ts";

export interface RedisAddress {
  readonly host?: string;
  readonly port: number;
  readonly password?: string | undefined;
}

/**
 * Sends one command and gives its simple, bulk or integer reply as text.
 * @throws RedisServerError `command-failed` for an error reply (its message begins with Redis's own code), a refused or
 * broken connection, or no answer within `timeoutMs` (default 1,000).
 */
export function redisCommand(address: RedisAddress, command: readonly string[], timeoutMs = 1_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address.host ?? "127.0.0.1", port: address.port });
    const fail = (message: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new RedisServerError("command-failed", message));
    };
    const timer = setTimeout(() => {
      fail(`no answer within ${String(timeoutMs)} ms`);
    }, timeoutMs);
    let received = Buffer.alloc(0);
    let awaited = 1;
    if (address.password !== undefined) {
      awaited++;
      socket.write(encode(["AUTH", address.password]));
    }
    socket.write(encode(command));
    socket.on("error", (error) => {
      fail(error.message);
    });
    socket.on("close", () => {
      fail("the connection was closed");
    });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const reply = parseReply(received);
        if (reply === undefined) return;
        received = received.subarray(reply.bytes);
        if (reply.kind === "error") {
          fail(reply.text);
          return;
        }
        if (--awaited > 0) continue;
        clearTimeout(timer);
        socket.destroy();
        resolve(reply.text);
        return;
      }
    });
  });
}

/** The value of one line of an `INFO` reply, for example `infoField(info, "connected_clients")`. */
export function infoField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
}

/** A command as RESP2 sends it. */
export function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${String(Buffer.byteLength(part))}\r\n${part}\r\n`);
  return `*${String(command.length)}\r\n${parts.join("")}`;
}

interface Reply {
  readonly kind: "value" | "error";
  readonly text: string;
  /** Length in the buffer. */
  readonly bytes: number;
}

/** The first reply in `buffer`; undefined until it is whole. Arrays are not understood and count as errors. */
export function parseReply(buffer: Buffer): Reply | undefined {
  const end = buffer.indexOf("\r\n");
  if (end === -1) return undefined;
  const line = buffer.toString("utf8", 1, end);
  const bytes = end + 2;
  switch (String.fromCharCode(buffer[0] ?? 0)) {
    case "+":
    case ":":
      return { kind: "value", text: line, bytes };
    case "-":
      return { kind: "error", text: line, bytes };
    case "$": {
      const length = Number(line);
      if (length < 0) return { kind: "value", text: "", bytes };
      if (buffer.length < bytes + length + 2) return undefined;
      return { kind: "value", text: buffer.toString("utf8", bytes, bytes + length), bytes: bytes + length + 2 };
    }
    default:
      return { kind: "error", text: "a reply of an unknown type", bytes: buffer.length };
  }
}
