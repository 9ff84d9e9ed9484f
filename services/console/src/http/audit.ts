/**
 * The audit log: a line for each request that was let in to change something, whatever came of it, with who, from where,
 * what and the answer. Other lines may be switched off and held back when there are many; these are not.
 */
import type { FastifyRequest } from "fastify";
import type { Role } from "./access.ts";

/** One line. */
export interface AuditEntry {
  /** Whose token it was; null without one. */
  readonly caller: string | null;
  readonly role: Role;
  /** The caller's address. */
  readonly address: string;
  readonly method: string;
  readonly path: string;
  /** The body as JSON, cut off after 1,000 characters; null where there was none or it could not be read. */
  readonly change: string | null;
  /** Status of the answer; null where the caller left before it. */
  readonly status: number | null;
  readonly durationMs: number;
}

const changeMax = 1_000;
const pathMax = 300;

/** The entry of a request that has ended. */
export function auditEntry(request: FastifyRequest, status: number | null, durationMs: number): AuditEntry | undefined {
  const { caller, ip, method, url, body } = request;
  if (caller === undefined) return undefined;
  const change = body === undefined ? null : JSON.stringify(body).slice(0, changeMax);
  const { name = null, role } = caller;
  return { caller: name, role, address: ip, method, path: url.slice(0, pathMax), change, status, durationMs };
}
