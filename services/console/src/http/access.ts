/**
 * Who may do what by HTTP: callers bring a bearer token (RFC 6750) that belongs to a name and a role; a viewer looks, an
 * operator changes as well. Tokens are compared as digests in constant time, and are in no log and no answer.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback, type Config, type Token } from "@entrain/config";

/** What a caller may do; an operator may look, too. */
export type Role = "viewer" | "operator";

/** Who calls. Without a token there is no name. */
export interface Caller {
  readonly name: string | undefined;
  readonly role: Role;
}

/** Judges the `Authorization` header: the caller, or the sentence that refuses it. */
export type Access = (authorization: string | undefined) => Caller | string;

/** Who may call, from the config. */
export interface AccessOptions {
  readonly operators?: readonly Token[];
  readonly viewers?: readonly Token[];
  /** What callers without a token may do. */
  readonly anonymous: Role | "none";
}

/** The access that the config asks for: on loopback without tokens everybody is an operator. */
export function accessOptions(
  config: Pick<Config<"console">, "httpHost" | "httpOperators" | "httpViewers" | "httpAnonymous" | "insecure">,
): AccessOptions {
  const { httpOperators: operators = [], httpViewers: viewers = [], httpAnonymous, httpHost, insecure } = config;
  const open = operators.length + viewers.length === 0 && (insecure || isLoopback(httpHost));
  return { operators, viewers, anonymous: httpAnonymous ?? (open ? "operator" : "none") };
}

const bearer = /^bearer +([\w.~+/-]{1,256}={0,2})$/i;

/** An access with these tokens. */
export function createAccess({ operators = [], viewers = [], anonymous }: AccessOptions): Access {
  const known = [
    ...operators.map(({ name, secret }) => ({ name, role: "operator" as const, digest: digestOf(secret) })),
    ...viewers.map(({ name, secret }) => ({ name, role: "viewer" as const, digest: digestOf(secret) })),
  ];

  return (authorization) => {
    if (authorization === undefined || known.length === 0)
      return anonymous === "none" ? "bring a token: Authorization: Bearer …" : { name: undefined, role: anonymous };
    const presented = digestOf(bearer.exec(authorization)?.[1] ?? "");
    // All of them, so that the time tells nothing of where it was found.
    const [found] = known.filter(({ digest }) => timingSafeEqual(digest, presented));
    return found === undefined ? "this token is not known here" : { name: found.name, role: found.role };
  };
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
