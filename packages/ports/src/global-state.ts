/** What decisions rest on: an atomic view of the store. */
import type { GlobalSnapshot } from "@entrain/core/decision";

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface GlobalState {
  /** Leader, health, members and versions of one instant; one command to the store. */
  snapshot(): Promise<GlobalSnapshot>;
}
