/** What is no HTTP request at all: answered on the bare socket, then the connection is closed. */
import type { Socket } from "node:net";
import { STATUS_CODES } from "node:http";
import { problem } from "./problem.ts";

const faults: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not arrive in time"],
  HPE_HEADER_OVERFLOW: [431, "the headers are too large"],
};

/** Answers a parse error of Node's HTTP server. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // A reset connection has nobody to answer to.
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = faults[error.code ?? ""] ?? [400, "this is no HTTP request"];
  const body = JSON.stringify(problem(status, detail));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
