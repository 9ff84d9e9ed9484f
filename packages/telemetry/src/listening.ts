/** What HTTP servers say of where they listen, or cannot. */
import { EntrainError } from "@entrain/kernel";

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How the operator calls the two, for errors (default `host` and `port`). */
  readonly hostField?: string;
  readonly portField?: string;
}

/** Why a server cannot listen, in one sentence that names the setting to change: `invalid-config`. */
export function listenError(error: NodeJS.ErrnoException, listen: ListenAddress): EntrainError {
  const { host, port, hostField = "host", portField = "port" } = listen;
  const wrong = (field: string, value: string | number, remedy: string): EntrainError =>
    new EntrainError("invalid-config", `${field} is ${value}: ${remedy}`, { field, value, remedy, cause: error });
  switch (error.code) {
    case "EADDRINUSE":
      return wrong(portField, port, `another program listens on ${host}:${port}; choose a free port, or 0 for any`);
    case "EACCES":
    case "EPERM":
      return wrong(portField, port, "this user may not listen there; choose a port above 1023, or 0 for any");
    case "EADDRNOTAVAIL":
      return wrong(hostField, host, "it is no address of this machine; choose one, such as 127.0.0.1");
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return wrong(hostField, host, "it cannot be resolved; choose an address of this machine, such as 127.0.0.1");
    default:
      return wrong(hostField, host, `listening on port ${port} failed (${error.message})`);
  }
}

/** The base URL of an HTTP server; a wildcard host is shown as loopback. */
export function baseUrlOf(host: string, port: number): string {
  const shown = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
}
