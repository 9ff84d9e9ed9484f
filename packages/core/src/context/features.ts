/**
 * Feature flags: names with a value under `/configuration/features` of the shared document, so that a change of one is a
 * version like any other and is in use everywhere within milliseconds. Entrain itself heeds `swarmMode`; all other
 * names are the user's.
 */
import type { SharedDocument } from "./document.ts";
import { memberAt } from "./member-at.ts";

/** The value of a flag. */
export type FeatureValue = boolean | number | string;

/** The flag's value; undefined where the document does not name it. */
export function featureOf(document: SharedDocument, name: string): FeatureValue | undefined {
  const value = memberAt(document["configuration"], ["features", name]);
  const isFlag = typeof value === "boolean" || typeof value === "number" || typeof value === "string";
  return isFlag ? value : undefined;
}

/** Whether decisions are the swarm's (on, and where nothing is said) or each agent's own (`swarmMode: false`). */
export function isSwarmMode(document: SharedDocument): boolean {
  return featureOf(document, "swarmMode") !== false;
}
