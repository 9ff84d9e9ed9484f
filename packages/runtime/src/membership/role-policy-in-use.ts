/** The policy of roles as the shared document has it now; one that is wrong changes nothing and is reported once. */
import { EntrainError } from "@entrain/kernel";
import { checkRolePolicy, defaultRolePolicy, type RolePolicy } from "@entrain/core/membership";
import type { EventSink } from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";

/** Answers the policy in use; before a document is known, and where it says nothing, the default. */
export function createRolePolicyInUse(context: Pick<ContextSource, "current">, events: EventSink): () => RolePolicy {
  let policy = defaultRolePolicy;
  let source: unknown;
  return () => {
    const { version = 0, document = {} } = context.current() ?? {};
    const { policy: section }: { readonly policy?: unknown } = document;
    const said: unknown =
      typeof section === "object" && section !== null && "roles" in section ? section.roles : undefined;
    if (said === source) return policy;
    source = said;
    try {
      policy = said === undefined ? defaultRolePolicy : checkRolePolicy(said);
    } catch (thrown) {
      events({ kind: "policy.refused", contextVersion: version, message: EntrainError.from(thrown).message });
    }
    return policy;
  };
}
