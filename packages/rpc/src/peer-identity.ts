/**
 * Who a certificate says its holder is. The identity is a URI among the subject's alternative names, in the form of a
 * SPIFFE ID: `spiffe://entrain/{swarm}/{role}`, and for agents `spiffe://entrain/{swarm}/agent/{agentId}`. An agent's id
 * may end in `*`: the holder may speak for every agent whose id begins so (a process with many agents, or replicas that
 * share one certificate and with it each other's names). Addresses and host names are no identity: processes move.
 */
import type { PeerCertificate } from "node:tls";
import { EntrainError, checkId } from "@entrain/kernel";

const roles = ["agent", "decision-loop", "coordinator", "console", "operator"] as const;

/** What a process is in its swarm. `operator` is a person's tool. */
export type ServiceRole = (typeof roles)[number];

/** What a certificate says. */
export interface PeerIdentity {
  readonly swarmId: string;
  readonly role: ServiceRole;
  /** Agents only: an id, or the beginning of ids followed by `*`. */
  readonly agentId?: string;
}

/** A peer in whose name somebody may speak. */
export interface Peer {
  /** Undefined where there is no TLS: nobody can tell. */
  readonly role: ServiceRole | undefined;
  speaksFor(agentId: string): boolean;
}

/** Without TLS everybody may be anybody. */
export const unidentifiedPeer: Peer = { role: undefined, speaksFor: () => true };

const prefix = "spiffe://entrain/";

/**
 * The URI that says it.
 * @throws EntrainError `invalid-argument` for ids outside the grammar.
 */
export function identityUri({ swarmId, role, agentId }: PeerIdentity): string {
  const place = `${prefix}${checkId("swarmId", swarmId)}/${role}`;
  if (role !== "agent") return place;
  if (agentId === undefined) throw EntrainError.invalid("agentId", agentId, "name the agent, or write * for any");
  const stem = agentId.replace(/\*$/, "");
  if (stem !== "" || agentId === "") checkId("agentId", stem);
  return `${place}/${agentId}`;
}

/**
 * Reads the identity in a certificate of a trusted authority.
 * @throws EntrainError `permission-denied` where it has none, more than one, or another swarm's.
 */
export function identityOf(certificate: Pick<PeerCertificate, "subjectaltname">, swarmId: string): PeerIdentity {
  const names = certificate.subjectaltname ?? "";
  // Node puts a name that could be taken for several into quotes; ours never needs them.
  const uris = names.includes('"') ? [] : names.split(", ").filter((name) => name.startsWith(`URI:${prefix}`));
  const [uri] = uris;
  if (uri === undefined || uris.length > 1)
    throw refused(`the certificate names ${uris.length} identities of Entrain: sign it with exactly one`);
  const identity = parse(uri.slice("URI:".length));
  if (identity === undefined) throw refused(`${uri} is no identity of Entrain: sign ${prefix}SWARM/ROLE`);
  if (identity.swarmId !== swarmId)
    throw refused(`the certificate is for swarm "${identity.swarmId}", this process belongs to "${swarmId}"`);
  return identity;
}

/** What the holder may do. */
export function peerOf({ role, agentId }: PeerIdentity): Peer {
  if (agentId === undefined) return { role, speaksFor: () => false };
  if (!agentId.endsWith("*")) return { role, speaksFor: (id) => id === agentId };
  const stem = agentId.slice(0, -1);
  return { role, speaksFor: (id) => id.startsWith(stem) };
}

/**
 * Nobody forges a phase, vote or decision of another.
 * @throws EntrainError `permission-denied` that names the field.
 */
export function checkSpeaker(peer: Peer, field: string, agentId: string): void {
  if (peer.speaksFor(agentId)) return;
  throw new EntrainError(
    "permission-denied",
    `${field} is "${agentId}", for whom the peer's certificate does not speak`,
    { field, value: agentId },
  );
}

function parse(uri: string): PeerIdentity | undefined {
  const [, swarmId, name, agentId] =
    /^spiffe:\/\/entrain\/([\w.-]{1,63})\/([a-z-]+)(?:\/([\w.-]{0,63}\*?))?$/.exec(uri) ?? [];
  const role = roles.find((known) => known === name);
  if (swarmId === undefined || role === undefined) return undefined;
  if ((role === "agent") !== (agentId !== undefined && agentId !== "")) return undefined;
  return { swarmId, role, ...(agentId === undefined ? {} : { agentId }) };
}

function refused(sentence: string): EntrainError {
  return new EntrainError("permission-denied", sentence, { field: "certificate" });
}
