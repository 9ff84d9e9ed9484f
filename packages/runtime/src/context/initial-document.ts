/** The document of a new swarm. */
import { defaultPolicy } from "@entrain/core/decision";
import type { SharedDocument } from "@entrain/core/context";

/** The shipped rules, as a document of their own. */
export function initialDocument(): SharedDocument {
  return structuredClone({ policy: { decision: defaultPolicy } }) as unknown as SharedDocument;
}
