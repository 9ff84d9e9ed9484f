/** What decisions rest on: an atomic view of the store, and the shared document. */
import type { GlobalSnapshot, Policy } from "@entrain/core/decision";
import type { Json } from "@entrain/kernel";

/** The shared document in one version. */
export interface ContextDocument {
  readonly version: number;
  readonly document: { readonly [section: string]: Json };
}

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface GlobalState {
  /** Leader, health, members and versions of one instant; one command to the store. */
  snapshot(): Promise<GlobalSnapshot>;
  /** The shared document; `initial` is stored as version 1 and answered if there is none. */
  document(initial: { readonly policy: { readonly decision: Policy } }): Promise<ContextDocument>;
}
