/**
 * The ledger of decisions in Redis (D1): see lua/open-incident.lua, commit-decision.lua, reoffer-decisions.lua,
 * record-acts.lua and list-decisions.lua. Bounds: decisions, open fingerprints and incidents with acts by count and by age; acts by incident.
 */
import { EntrainError } from "@entrain/kernel";
import { directiveLimits, fingerprintKey, incidentIdOf, type Act, type Decision } from "@entrain/core/decision";
import type { Ledger, LedgerEntry, Proposal, Reoffered } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import { swarmElection } from "./election-store.ts";
import { directiveFrom } from "./directive-store.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";
import type { MessageHub } from "./message-hub.ts";

/** How long decisions, acts and silent fingerprints are kept, ms. */
const retentionMs = 86_400_000;
/** Decisions, and fingerprints whose ordinal is remembered. */
const decisionsMax = 10_000;
const fingerprintsMax = 10_000;
/** Incidents with acts: more than decisions, for an act may have none (D3). */
const incidentsActedMax = 20_000;
/** Acts on what the store never named: remembered for as long as the same one may be told again, so that it counts once. */
const aloneMax = 5_000;
/** Acts kept and counted on one incident; those beyond are left out. */
const actsPerIncidentMax = 20_000;
/** Acts in one command, and decisions given back in one. */
const actsBatchMax = 100;
const reofferBatchMax = 50;
/** Entries in one command of a listing, and in one listing. */
const pageMax = 100;
const listMax = 1_000;
const incidentIdMax = 512;

/** What all commands of the ledger need. */
interface Surroundings {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
}

/** The ledger of a swarm. */
export function createLedger(surroundings: Surroundings & { readonly hub: MessageHub }): Ledger {
  const { keys, commands, hub } = surroundings;

  async function read(incidentId: string): Promise<Decision | undefined> {
    checkIncidentId(incidentId);
    return decisionFrom(await commands.run("read-decision", [keys.decisions], [incidentId]));
  }

  return {
    async open({ fingerprint, incidentId }, cooldownMs) {
      if (incidentId !== undefined)
        return { incident: { incidentId, fingerprint, ordinal: 0 }, decision: await read(incidentId) };
      const { ledger, decisions, incidents, incidentsSeen } = keys;
      const args = [fingerprintKey(fingerprint), cooldownMs, fingerprintsMax, retentionMs];
      const reply = await commands.run("open-incident", [ledger, decisions, incidents, incidentsSeen], args);
      const [ordinal, decision] = reply as readonly [string, Reply];
      const incident = {
        incidentId: incidentIdOf(fingerprint, Number(ordinal)),
        fingerprint,
        ordinal: Number(ordinal),
      };
      return { incident, decision: decisionFrom(decision) };
    },
    read,
    async commit(proposal, fence) {
      checkIncidentId(proposal.incidentId);
      const { ledger, decisions, decisionSequence, decisionsLatest, incidents, incidentsActed, directivesOpen } = keys;
      const leader = keys.leader(swarmElection);
      const reply = await commands.run(
        "commit-decision",
        [ledger, decisions, decisionSequence, decisionsLatest, incidents, incidentsActed, leader, directivesOpen],
        [
          ...[
            keys.channels.decisions,
            keys.actsPrefix,
            proposal.incidentId,
            proposal.decisionId,
            proposalText(proposal),
          ],
          ...[decisionsMax, retentionMs, keys.directivesPrefix, hasDirective(proposal)],
          ...(fence === undefined ? [] : [fence.agentId, fence.incarnation, fence.term, fence.generation]),
        ],
      );
      const decision = JSON.parse(String(reply)) as Decision;
      return { decision, stands: decision.decisionId === proposal.decisionId };
    },
    reoffer: (decisions) => reoffer(surroundings, decisions),
    async recordActs(acts) {
      const head = [keys.actsPrefix, incidentsActedMax, retentionMs, actsPerIncidentMax, aloneMax];
      const { ledger, incidentsActed, incidentsAlone } = keys;
      for (let at = 0; at < acts.length; at += actsBatchMax) {
        const batch = acts.slice(at, at + actsBatchMax).flatMap(actArguments);
        await commands.run("record-acts", [ledger, incidentsActed, incidentsAlone], [...head, ...batch]);
      }
    },
    list: (limit, cursor) => list(surroundings, limit, cursor),
    async stats() {
      const reply = await commands.run("read-ledger-stats", [keys.ledger], []);
      const [count, divergence, safeAlone] = (reply as readonly Reply[]).map(Number);
      return { count: count ?? 0, divergence: divergence ?? 0, safeAlone: safeAlone ?? 0 };
    },
    watch: (onDecision) =>
      hub.watch(keys.channels.decisions, (message) => {
        onDecision(JSON.parse(message) as Decision);
      }),
  };
}

async function page({ keys, commands }: Surroundings, limit: number, before: string) {
  const args = [keys.actsPrefix, Math.min(limit, pageMax), before, keys.directivesPrefix];
  const reply = await commands.run("list-decisions", [keys.decisions, keys.decisionSequence], args);
  const [entries, last, older] = reply as readonly [readonly EntryReply[], string, number];
  return { entries: entries.map(entryFrom), next: older === 1 ? last : undefined };
}

/** As the port says: so many entries, in commands of a page each. */
async function list(surroundings: Surroundings, limit: number, cursor?: string): ReturnType<Ledger["list"]> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= listMax))
    throw EntrainError.invalid("limit", limit, `give a whole number from 1 to ${listMax}`);
  if (cursor !== undefined && !/^\d{1,16}$/.test(cursor))
    throw EntrainError.invalid("cursor", cursor, "give the `next` of the page before, or leave it out");
  const entries: LedgerEntry[] = [];
  let next: string | undefined = cursor ?? "+inf";
  while (next !== undefined && entries.length < limit) {
    const part: Awaited<ReturnType<typeof page>> = await page(surroundings, limit - entries.length, next);
    entries.push(...part.entries);
    next = part.next;
  }
  return next === undefined ? { entries } : { entries, next };
}

async function reofferBatch(
  { keys, commands }: Surroundings,
  decisions: readonly Decision[],
): Promise<readonly Reoffered[]> {
  const { ledger, decisionSequence, decisionsLatest, incidents, incidentsActed, incidentsSeen, directivesOpen } = keys;
  const outcomes = (await commands.run(
    "reoffer-decisions",
    [
      ...[ledger, keys.decisions, decisionSequence, decisionsLatest],
      ...[incidents, incidentsActed, incidentsSeen, directivesOpen],
    ],
    [
      ...[keys.actsPrefix, decisionsMax, retentionMs, keys.directivesPrefix, directiveLimits.reopenMs],
      ...decisions.flatMap(reofferArguments),
    ],
  )) as readonly string[];
  return decisions.map((decision, index) => reofferedFrom(decision, outcomes[index] ?? ""));
}

/** As the port says, in the order of terms and instants. */
async function reoffer(surroundings: Surroundings, decisions: readonly Decision[]): Promise<readonly Reoffered[]> {
  const ordered = decisions.toSorted((a, b) => a.term - b.term || a.committedAtMs - b.committedAtMs);
  const outcomes: Reoffered[] = [];
  for (let at = 0; at < ordered.length; at += reofferBatchMax)
    outcomes.push(...(await reofferBatch(surroundings, ordered.slice(at, at + reofferBatchMax))));
  return outcomes;
}

type EntryReply = readonly [decision: string, acts: readonly string[], directive: readonly string[]];

function entryFrom([decision, acts, fields]: EntryReply): LedgerEntry {
  const known = JSON.parse(decision) as Decision;
  const parsed = acts.map((act) => JSON.parse(act) as Act).sort((a, b) => a.atMs - b.atMs);
  const directive = directiveFrom(known.incidentId, fields);
  return { decision: known, acts: parsed, ...(directive === undefined ? {} : { directive }) };
}

const hasDirective = ({ directive }: Pick<Decision, "directive">): 0 | 1 => (directive === undefined ? 0 : 1);

function decisionFrom(reply: Reply): Decision | undefined {
  return typeof reply === "string" ? (JSON.parse(reply) as Decision) : undefined;
}

/** The part that is not the store's own: a caller that passes a whole decision must not overrule it. */
function proposalText(proposal: Proposal | Decision): string {
  return JSON.stringify({ ...proposal, term: undefined, committedAtMs: undefined });
}

function reofferArguments(decision: Decision): readonly (string | number)[] {
  const { incidentId, decisionId, term, committedAtMs } = decision;
  checkIncidentId(incidentId);
  return [incidentId, decisionId, term, committedAtMs, hasDirective(decision), proposalText(decision)];
}

function reofferedFrom(decision: Decision, outcome: string): Reoffered {
  if (outcome === "held" || outcome === "restored" || outcome === "expired") return { kind: outcome, decision };
  return { kind: "replaced", decision, standing: JSON.parse(outcome) as Decision };
}

function actArguments(act: Act): readonly string[] {
  checkIncidentId(act.incidentId);
  return [act.incidentId, act.agentId, act.source, act.decisionId, act.action, JSON.stringify(act)];
}

function checkIncidentId(incidentId: string): void {
  if (incidentId.length === 0 || incidentId.length > incidentIdMax)
    throw EntrainError.invalid("incidentId", incidentId, `give 1 to ${incidentIdMax} characters`);
}
