/**
 * Incidents: what happened, to whom, how badly, and which occurrence of it. Kind, subject and band come from the rules,
 * the ordinal from the store: the open incident of (kind, subject, band), or a new one after the cooldown. An
 * identity given by the caller is the whole identity.
 */
import { EntrainError } from "@entrain/kernel";
import type { Decision } from "./decision.ts";
import type { Reading } from "./reading.ts";

/** What happened, to whom, how badly. */
export interface Fingerprint {
  readonly kind: string;
  readonly subject: string;
  readonly band: string;
}

/** An incident as the store opened it. */
export interface IncidentRef {
  readonly incidentId: string;
  readonly fingerprint: Fingerprint;
  /** 1, 2, 3 … per fingerprint; 0 where the caller gave the identity. */
  readonly ordinal: number;
}

/** One text per fingerprint, fit for a store's key. */
export function fingerprintKey(fingerprint: Fingerprint): string {
  const parts = [fingerprint.kind, fingerprint.subject, fingerprint.band];
  // A subject may hold many colons; written out they could make the id longer than ids may be.
  return parts.map((part) => encodeURIComponent(part).replaceAll("%3A", ":")).join("/");
}

/** The id of an occurrence: its fingerprint and ordinal. */
export function incidentIdOf(fingerprint: Fingerprint, ordinal: number): string {
  return `${fingerprintKey(fingerprint)}/${ordinal}`;
}

/** The identity of an act taken alone before the store could say which occurrence it was about (D3). */
export function loneIncidentId(fingerprint: Fingerprint, decisionId: string): string {
  return `${fingerprintKey(fingerprint)}/alone/${decisionId}`;
}

/** True for the incident of a decision whose occurrence the store never named. */
export function isLoneIncident({ incidentId, decisionId }: Pick<Decision, "incidentId" | "decisionId">): boolean {
  return incidentId.endsWith(`/alone/${decisionId}`);
}

/** Whom a reading is about: its `subject`, else the swarm. */
export function subjectOf(reading: Reading): string {
  const { subject } = reading;
  return typeof subject === "string" ? subject : "swarm";
}

/** What a reading is about that no rule concerns. */
export function normalFingerprint(reading: Reading): Fingerprint {
  return { kind: "normal", subject: subjectOf(reading), band: "none" };
}

/**
 * Returns `id` if it may name an incident: 1 to 512 printable ASCII characters without spaces.
 * @throws EntrainError `invalid-argument` that names `field`.
 */
export function checkIncidentId(field: string, id: string): string {
  if (/^[\x21-\x7e]{1,512}$/.test(id)) return id;
  throw EntrainError.invalid(field, id, "use 1 to 512 printable ASCII characters without spaces");
}
