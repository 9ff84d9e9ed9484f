/**
 * The audit of the ledger by replay (D2): each of the newest decisions is put to its own policy again, which is found in the
 * history of the shared document by its hash. Reads only.
 */
import { canonicalJson, EntrainError } from "@entrain/kernel";
import { documentAt, type SharedDocument } from "@entrain/core/context";
import { defaultPolicy, replayDecision, type Decision, type RulesSay } from "@entrain/core/decision";
import type { CompiledPolicy, ContextDesk, Ledger, PolicyCompiler } from "@entrain/ports";
import { decisionPolicyOf } from "./policy-in-use.ts";

/** Decisions, and versions of the document, that one read asks for. */
const pageMax = 200;
/** Versions of the document that an audit looks at. */
const versionsMax = 10_000;

/** What an audit needs. */
export interface DecisionAuditOptions {
  readonly ledger: Pick<Ledger, "list">;
  readonly desk: Pick<ContextDesk, "read" | "history">;
  readonly compile: PolicyCompiler;
  /** SHA-256 of a text's UTF-8 bytes, hex. */
  readonly sha256Hex: (text: string) => string;
}

/** What an audit found. */
export interface DecisionAudit {
  /** Decisions that were looked at. */
  readonly decisions: number;
  /** Of those whose policy is known: what the rules say on their input. */
  readonly rules: Readonly<Record<RulesSay, number>>;
  /** Decisions whose policy the history no longer holds: of them the hash of the input alone was looked at. */
  readonly policyUnknown: number;
  /** Each a sentence; none is good. */
  readonly faults: readonly string[];
}

/** Audits the newest `limit` decisions. Errors: those of the ledger and of the document's store. */
export async function auditDecisions(options: DecisionAuditOptions, limit: number): Promise<DecisionAudit> {
  const decisions = await newest(options.ledger, limit);
  const policies = await policiesOf(options, new Set(decisions.map(({ policyHash }) => policyHash)));
  const rules: Record<RulesSay, number> = { same: 0, other: 0, fallback: 0 };
  const faults: string[] = [];
  let policyUnknown = 0;
  for (const decision of decisions) {
    const found = inputFaults(decision, options.sha256Hex);
    const policy = policies.get(decision.policyHash);
    if (policy === undefined) policyUnknown += 1;
    else {
      const replayed = replayDecision(decision, policy.policy, policy.classify(decision.input.reading).rule);
      rules[replayed.rules] += 1;
      found.push(...replayed.faults);
    }
    faults.push(...found.map((fault) => `D2: ${decision.incidentId}: the decision ${fault}`));
  }
  return { decisions: decisions.length, rules, policyUnknown, faults };
}

function inputFaults({ input, inputHash, policyHash, contextVersion }: Decision, sha256Hex: (text: string) => string) {
  const faults: string[] = [];
  if (sha256Hex(canonicalJson(input)) !== inputHash) faults.push("has an input that does not have the stored hash");
  if (input.policyHash !== policyHash || input.contextVersion !== contextVersion)
    faults.push("names another policy than its input does");
  return faults;
}

async function newest(ledger: Pick<Ledger, "list">, limit: number): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  let cursor: string | undefined;
  do {
    const { entries, next } = await ledger.list(Math.min(pageMax, limit - decisions.length), cursor);
    decisions.push(...entries.map(({ decision }) => decision));
    cursor = entries.length === 0 ? undefined : next;
  } while (cursor !== undefined && decisions.length < limit);
  return decisions;
}

/** The policies of these hashes, as far as the document's history and what ships hold them. */
async function policiesOf(
  { desk, compile, sha256Hex }: DecisionAuditOptions,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, CompiledPolicy>> {
  const found = new Map<string, CompiledPolicy>();
  let last: unknown;
  const look = (candidate: unknown): void => {
    // Most versions change something else, and a policy that they share is one object.
    if (candidate === undefined || candidate === last) return;
    last = candidate;
    try {
      const compiled = compile(candidate);
      found.set(sha256Hex(canonicalJson(compiled.policy)), compiled);
    } catch (thrown) {
      // Nobody has decided by what does not compile.
      if (EntrainError.from(thrown).code !== "invalid-argument") throw thrown;
    }
  };
  look(defaultPolicy);
  for await (const document of versionsOf(desk)) {
    look(decisionPolicyOf(document));
    if ([...wanted].every((hash) => found.has(hash))) break;
  }
  return found;
}

/** The document as it is, and as it was, newest first, as far back as the history goes. */
async function* versionsOf(desk: Pick<ContextDesk, "read" | "history">): AsyncIterable<SharedDocument> {
  let { document } = await desk.read();
  yield document;
  let before: number | undefined;
  for (let seen = 0; seen < versionsMax;) {
    const { entries } = await desk.history(pageMax, before);
    if (entries.length === 0) return;
    for (const entry of entries) {
      const { version } = entry;
      document = documentAt({ version, document }, [entry], version - 1);
      yield document;
    }
    seen += entries.length;
    before = entries.at(-1)?.version;
  }
}
