/**
 * Every error of the store, mapped in one place: what Redis or the network says becomes an EntrainError whose code says what
 * the caller must do. The originals are not kept as causes: ioredis hangs the command's arguments on them, and the
 * handshake's hold the password.
 */
import { EntrainError } from "@entrain/kernel";
import type { Place } from "./endpoint.ts";

/** A command's own refusal, as the Lua commands write it: `ENTRAIN <code> <detail>`. */
const refusalPattern = /^ENTRAIN (\S+) (.*)$/;

const networkCauses: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name cannot be looked up now",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ENOENT: "no such socket",
  EACCES: "no permission for the socket",
};

/** What is wrong with the certificate that a server shows; a person must correct it. */
const certificateCauses: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_NOT_YET_VALID",
  "CERT_HAS_EXPIRED",
  "CERT_SIGNATURE_FAILURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** The error of a connection that could not be opened or is over. */
export function connectionFailure(thrown: unknown, address: string): EntrainError {
  if (thrown instanceof EntrainError) return thrown;
  const message = messageOf(thrown);
  if (/^(WRONGPASS|ERR invalid password)/.test(message))
    return invalid(`Redis at ${address} refuses the user name or password: correct it`);
  if (/^NOAUTH/.test(message)) return invalid(`Redis at ${address} asks for a password and none was given`);
  if (/^NOPERM/.test(message)) return invalid(notPermitted(address, message));
  const code = codeOf(thrown);
  if (code !== undefined && certificateCauses.has(code)) return invalid(untrusted(address, message));
  if (asksForCertificate(thrown)) return certificateMissing(address);
  const cause = (code === undefined ? undefined : networkCauses[code]) ?? message;
  return unavailable(`cannot reach Redis at ${address} (${cause}): start it or correct its address`);
}

/** True for the alert by which a server asks for the client's certificate (RFC 8446, 6.2). */
export function asksForCertificate(thrown: unknown): boolean {
  return codeOf(thrown) === "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED";
}

/** The error of a server that wants a client's certificate, and none was configured. */
export function certificateMissing(address: string): EntrainError {
  return invalid(`Redis at ${address} asks for a client's certificate and none was given`);
}

/** The error of a step of opening that was refused: a missing permission is then a matter of configuration. */
export function openingFailure(thrown: unknown): EntrainError {
  const error = EntrainError.from(thrown);
  return error.code === "permission-denied" ? invalid(error.message) : error;
}

/** What a reply's first word means, where it is not an `internal` error. */
const replyKinds: Readonly<Record<string, "away" | "full" | "forbidden">> = {
  OOM: "full",
  NOPERM: "forbidden",
  READONLY: "away",
  LOADING: "away",
  MASTERDOWN: "away",
  CLUSTERDOWN: "away",
  TRYAGAIN: "away",
  MOVED: "away",
  ASK: "away",
  NOREPLICAS: "away",
  MISCONF: "away",
  BUSY: "away",
  UNKILLABLE: "away",
  NOAUTH: "away",
};

/** The error of a command that failed. */
export function commandFailure(thrown: unknown, address: string): EntrainError {
  if (thrown instanceof EntrainError) return thrown;
  const message = messageOf(thrown);
  if (!isReply(thrown)) return unavailable(`the connection to Redis at ${address} is over (${message})`);
  const refusal = refusalPattern.exec(message);
  if (refusal !== null) return refusalFailure(refusal[1] ?? "", refusal[2] ?? "", address);
  switch (replyKinds[firstWord(message)]) {
    case "full":
      return new EntrainError(
        "resource-exhausted",
        `Redis at ${address} is full and takes nothing new: raise its maxmemory or remove other data`,
      );
    case "forbidden":
      return new EntrainError("permission-denied", notPermitted(address, message));
    case "away":
      return unavailable(`Redis at ${address} does not serve now (${message})`);
    default:
      return new EntrainError("internal", `Redis at ${address} answered: ${message}`);
  }
}

/** True where the server lacks the text of a script that was called by its SHA-1. */
export function isUnknownScript(thrown: unknown): boolean {
  return isReply(thrown) && firstWord(messageOf(thrown)) === "NOSCRIPT";
}

/** What a server says that does not take this connection's commands any more, or that may have been succeeded. */
const farewells = new Set(["READONLY", "MASTERDOWN", "NOAUTH", "MOVED", "CLUSTERDOWN", "NOREPLICAS"]);

/** True where this server will not serve this connection any more: a new one may find another. */
export function endsConnection(thrown: unknown): boolean {
  return isReply(thrown) && farewells.has(firstWord(messageOf(thrown)));
}

/** Where a Cluster's node says that a slot is: `MOVED <slot> <host>:<port>`, the host perhaps empty. */
export function slotMovedTo(thrown: unknown): Place | undefined {
  const [, host, port] = (isReply(thrown) && /^MOVED \d+ (.*):(\d+)$/.exec(messageOf(thrown))) || [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

function refusalFailure(code: string, detail: string, address: string): EntrainError {
  switch (code) {
    case "stale-generation":
      return new EntrainError("stale-generation", `the store is in generation ${detail}, the caller was in another`, {
        value: Number(detail),
      });
    case "recovering":
      return new EntrainError("recovering", `the store's recovery window is open for another ${detail} ms`, {
        value: Number(detail),
        remedy: "try again when it has closed",
      });
    case "stale-term":
      return new EntrainError("stale-term", `the caller does not lead: the term in force is ${detail}`, {
        value: Number(detail),
      });
    case "superseded":
      return new EntrainError("superseded", `a higher incarnation of agent ${detail} is alive`, {
        field: "agentId",
        value: detail,
      });
    case "alive":
      return new EntrainError("already-exists", `agent ${detail} is alive in another process`, {
        field: "agentId",
        value: detail,
        remedy: "choose another id, stop the other process, or wait until it counts as dead; or let this one take over",
      });
    case "conflict":
      return new EntrainError("conflict", `the base is not the present version, which is ${detail}`, {
        value: Number(detail),
        remedy: "read the present version and decide again",
      });
    case "parties":
      return new EntrainError("conflict", `others wait at this barrier for ${detail} parties`, {
        field: "parties",
        value: Number(detail),
        remedy: "name the same number of parties everywhere, or another barrier",
      });
    case "already-exists":
      return new EntrainError("already-exists", `the request id has been used for something else (${detail})`, {
        field: "requestId",
        value: detail,
        remedy: "give each request an id of its own",
      });
    case "resource-exhausted":
      return new EntrainError("resource-exhausted", detail);
    case "schema":
      return invalid(
        `the data in Redis at ${address} has schema ${detail}, which is newer than this release: upgrade this process`,
      );
    default:
      return new EntrainError("internal", `a command answered with the unknown code ${code}`);
  }
}

function notPermitted(address: string, message: string): string {
  return `the user at Redis ${address} lacks a permission (${message}): give it the rules of docs/redis.md`;
}

function untrusted(address: string, message: string): string {
  return `the certificate of Redis at ${address} is not trusted (${message}): give the authority that signed it`;
}

function invalid(message: string): EntrainError {
  return new EntrainError("invalid-config", message, { field: "redis" });
}

/** The store cannot be asked. */
export function unavailable(message: string): EntrainError {
  return new EntrainError("store-unavailable", message);
}

/** ioredis's own errors speak of the connection; replies of the server have this name. */
function isReply(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "ReplyError";
}

function firstWord(message: string): string {
  return message.split(" ", 1)[0] ?? "";
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}
