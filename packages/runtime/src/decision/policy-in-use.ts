/**
 * The policy in use, always as one piece with its version and hash: a decision takes the piece once and rests on nothing
 * else, so none mixes two versions. A document whose policy does not compile changes nothing and is reported once.
 */
import { canonicalJson, EntrainError } from "@entrain/kernel";
import { isSwarmMode, type ContextDocument } from "@entrain/core/context";
import { checkNumbers, subjectOf, type Observation, type Policy, type Reading } from "@entrain/core/decision";
import type { CompiledPolicy, EventSink, PolicyCompiler, Unsubscribe } from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";

/** A compiled policy with what names it. */
export interface PolicyBasis extends CompiledPolicy {
  /** Version of the document that it comes from; 0: the process's own, no document was read yet. */
  readonly contextVersion: number;
  /** SHA-256 of the policy's canonical JSON, hex. */
  readonly policyHash: string;
  /** False: decisions are each agent's own (`/configuration/features/swarmMode` of the same version). */
  readonly swarmMode: boolean;
}

/** Holds the policy in use. */
export interface PolicyInUse {
  basis(): PolicyBasis;
  /** Takes the policy of each version into use as it comes, if it compiles. */
  follow(context: ContextSource): Unsubscribe;
}

/**
 * Begins with the process's own policy.
 * @throws EntrainError `invalid-argument` if that one does not compile.
 */
export function createPolicyInUse(options: {
  readonly initial: Policy;
  readonly compile: PolicyCompiler;
  readonly sha256Hex: (text: string) => string;
  readonly events: EventSink;
}): PolicyInUse {
  const { compile, sha256Hex, events } = options;
  const basisOf = (candidate: unknown, contextVersion: number, swarmMode: boolean): PolicyBasis => {
    const compiled = compile(candidate);
    const policyHash = sha256Hex(canonicalJson(compiled.policy));
    return { ...compiled, contextVersion, policyHash, swarmMode };
  };
  let basis = basisOf(options.initial, 0, true);
  let seenVersion = 0;
  /** What the basis was compiled from: a document that shares it needs no compiling. */
  let source: unknown = options.initial;

  function setBasis(next: PolicyBasis): void {
    const switched = next.swarmMode !== basis.swarmMode || basis.contextVersion === 0;
    basis = next;
    if (switched) events({ kind: "mode.switched", contextVersion: next.contextVersion, swarmMode: next.swarmMode });
  }

  function offer({ version, document }: ContextDocument): void {
    if (version === seenVersion) return;
    seenVersion = version;
    const candidate = decisionPolicyOf(document);
    const swarmMode = isSwarmMode(document);
    if (candidate === source) {
      setBasis({ ...basis, contextVersion: version, swarmMode });
      return;
    }
    try {
      setBasis(basisOf(candidate, version, swarmMode));
      source = candidate;
      events({ kind: "policy.changed", contextVersion: version, policyHash: basis.policyHash });
    } catch (thrown) {
      events({ kind: "policy.refused", contextVersion: version, message: EntrainError.from(thrown).message });
    }
  }

  return {
    basis: () => basis,
    follow(context) {
      const unwatch = context.watch((news) => {
        offer(news.document);
      });
      const known = context.current();
      if (known !== undefined) offer(known);
      return unwatch;
    },
  };
}

/**
 * What a policy makes of a reading, for whoever follows the states of subjects.
 * @throws EntrainError `invalid-argument` where the reading does not hold a number that the rules compare.
 */
export function observationOf(taken: CompiledPolicy, reading: Reading): Observation {
  checkNumbers(reading, taken.numberFields);
  return {
    subject: subjectOf(reading),
    rule: taken.classify(reading).rule,
    rankOf: (ruleId) => taken.policy.rules.findIndex(({ id }) => id === ruleId),
    holds: (ruleId) => taken.holds(ruleId, reading),
  };
}

/** What the document has under `/policy/decision`, whatever that is. */
export function decisionPolicyOf(document: ContextDocument["document"]): unknown {
  const { policy }: { readonly policy?: unknown } = document;
  return typeof policy === "object" && policy !== null && "decision" in policy ? policy.decision : undefined;
}
