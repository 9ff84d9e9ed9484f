/**
 * Incidents: what happened, to whom, how badly, and which occurrence of it. Kind, subject and band come from the rules,
 * the ordinal from the store: the open incident of (kind, subject, band), or a new one after the cooldown. An
 * identity given by the caller is the whole identity.
 */

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
  return [fingerprint.kind, fingerprint.subject, fingerprint.band].map(encodeURIComponent).join("/");
}

/** The id of an occurrence: its fingerprint and ordinal. */
export function incidentIdOf(fingerprint: Fingerprint, ordinal: number): string {
  return `${fingerprintKey(fingerprint)}/${ordinal}`;
}
