/** Whether the process may be sent work, and why not. */
export interface Readiness {
  readonly ok: boolean;
  readonly reason: string;
}
