/**
 * The registry in Redis: see lua/register.lua, heartbeat.lua, leave.lua and lua/include/members.lua. One call carries all
 * agents of a process; very many are sent in several calls, so that no single one holds the server up.
 */
import { EntrainError } from "@entrain/kernel";
import type {
  AgentRole,
  MemberRecord,
  MemberState,
  MembershipDelta,
  MembershipTimings,
} from "@entrain/core/membership";
import type { BeatCount, HeartbeatAnswer, MemberOffer, Registry } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";

/** Agents in one command. */
const batchMax = 500;
/** Members alive at once. */
const membersMax = 10_000;
/** A reader that is further behind is better off with the whole. */
const deltasMax = 1_000;

/** The registry of a swarm. */
export function createRegistry(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
  readonly timings: MembershipTimings;
}): Registry {
  const { keys, commands, hub, timings } = options;
  const { membership, memberOffers, memberStates, memberDeltas } = keys;
  const memberKeys = membersCommandKeys(keys);
  const channel = keys.channels.membership;
  return {
    async register(members, { takeOver = true, joining = true } = {}) {
      checkDistinct(members);
      if (members.length === 0) return;
      const head = [channel, membersMax, takeOver ? 1 : 0, joining ? 1 : 0, timings.deadAfterMs];
      for (const batch of batches(members.map(registration)))
        await commands.run("register", memberKeys, [...head, ...batch.flat()]);
    },
    async heartbeat(beats, count) {
      checkDistinct(beats);
      const signs = beats.map(({ agentId, incarnation, health, risk, load }) => {
        const told = load === undefined ? "" : toMillionths("load", load);
        return [agentId, incarnation, toMillionths("health", health), toMillionths("risk", risk), told];
      });
      if (count !== undefined) checkCount(count);
      const stands = count === undefined ? ["", ""] : [count.cycle, count.periodMs];
      const head = [channel, timings.heartbeatMs, timings.deadAfterMs, timings.forgetAfterMs, ...stands];
      let answer: HeartbeatAnswer = { version: 0, unknown: [], superseded: [] };
      for (const batch of batches(signs)) {
        const reply = await commands.run("heartbeat", memberKeys, [...head, ...batch.flat()]);
        const [version, unknown, superseded] = reply as readonly [string, readonly string[], readonly string[]];
        answer = {
          version: Number(version),
          unknown: [...answer.unknown, ...unknown],
          superseded: [...answer.superseded, ...superseded],
        };
      }
      return answer;
    },
    async leave(agentId, incarnation) {
      await commands.run("leave", memberKeys, [channel, agentId, incarnation]);
    },
    async snapshot() {
      const reply = await commands.run("read-members", [membership, memberOffers, memberStates], []);
      const [version, offers, states, beat] = reply as readonly [string, readonly string[], readonly string[], string];
      const offerOf = new Map(pairs(offers));
      const records = pairs(states).map(([agentId, state]) => memberFrom(agentId, state, offerOf.get(agentId) ?? "{}"));
      const members = new Map(records.map((member) => [member.agentId, member]));
      return { version: Number(version), members, effectiveBeat: beatFrom(beat) };
    },
    async fleet() {
      const fleetKeys = [membership, keys.memberBeats, keys.membersDead, memberStates];
      const reply = await commands.run("read-fleet", fleetKeys, [timings.missingForMs]);
      const [alive, states, missing] = reply as readonly (readonly string[])[];
      return [
        ...(alive ?? []).map((agentId, index) => ({ agentId, health: healthFrom(states?.[index] ?? "") })),
        ...(missing ?? []).map((agentId) => ({ agentId, health: 0, missing: true }) as const),
      ];
    },
    async changesSince(version) {
      const reply = await commands.run("read-member-changes", [membership, memberDeltas], [version, deltasMax]);
      const [present, entries] = reply as readonly [string, readonly DeltaEntry[]];
      const deltas = entries.map(deltaFrom);
      // Versions are dense within a generation; anything else means that the log does not reach back that far.
      const dense = deltas.every((delta, index) => delta.version === version + 1 + index);
      return dense && version + deltas.length === Number(present) ? deltas : "resync";
    },
    watch: (onHint) =>
      hub.watch(channel, (message) => {
        onHint(Number(message));
      }),
  };
}

/** The keys of the commands that change members, in the order of lua/include/members.lua. */
export function membersCommandKeys(keys: StoreKeys): readonly string[] {
  const { membership, memberOffers, memberStates, memberBeats, membersDead, membersLeft, memberDeltas } = keys;
  return [
    ...[membership, memberOffers, memberStates, memberBeats, membersDead, membersLeft, memberDeltas],
    ...[keys.memberTickets, keys.votes.voters, keys.votes.dead],
  ];
}

/** A stream entry: its id is the version. */
type DeltaEntry = readonly [id: string, fields: readonly string[]];

function deltaFrom([id, fields]: DeltaEntry): MembershipDelta {
  const field = new Map(pairs(fields));
  const member = memberFrom(field.get("agentId") ?? "", field.get("state") ?? "", field.get("offer") ?? "{}");
  return { version: Number(id.split("-", 1)[0]), member, effectiveBeat: beatFrom(field.get("effectiveBeat")) };
}

function beatFrom(text = ""): number | undefined {
  return text === "" ? undefined : Number(text);
}

function memberFrom(agentId: string, stateText: string, offerText: string): MemberRecord {
  const offer = JSON.parse(offerText) as Omit<MemberOffer, "agentId" | "incarnation" | "health">;
  return { ...offer, agentId, ...memberStateFrom(stateText) };
}

/** What a member's state says; see lua/include/members.lua. */
export function memberStateFrom(text: string): Omit<MemberRecord, "agentId" | keyof Place> {
  const [state, incarnation, joinedAtMs, changedAtMs, condition = "", ...marks] = text.split(" ");
  const [health, risk, load] = condition.split("/");
  const [ticket, refutations, suspected, role, roleSinceMs] = marks;
  return {
    incarnation: Number(incarnation),
    state: state as MemberState,
    health: Number(health) / 1e6,
    ...(risk === undefined ? {} : { risk: Number(risk) / 1e6 }),
    ...(load === undefined ? {} : { load: Number(load) / 1e6 }),
    joinedAtMs: Number(joinedAtMs),
    changedAtMs: Number(changedAtMs),
    ...(ticket === undefined || ticket === "" ? {} : { ticket: Number(ticket) }),
    ...(refutations === undefined ? {} : { refutations: Number(refutations), suspect: suspected === "1" }),
    ...(suspected === "2" ? { joining: true } : {}),
    ...(role === undefined ? {} : { role: role as AgentRole, roleSinceMs: Number(roleSinceMs) }),
  };
}

/** Of a member that was heard of; no number where its record does not say that it is alive: then nobody can judge by it. */
function healthFrom(stateText: string): number {
  const { state, health } = memberStateFrom(stateText);
  return state === "alive" ? health : NaN;
}

/** Where a member is to be found: what its offer says. */
type Place = Pick<MemberRecord, "processId" | "host" | "pid" | "address" | "opsUrl" | "capabilities">;

function registration(member: MemberOffer): readonly (string | number)[] {
  const { agentId, incarnation, health, ...offer } = member;
  if (!(Number.isSafeInteger(incarnation) && incarnation >= 0))
    throw EntrainError.invalid("incarnation", incarnation, "give a whole number from 0 to 2^53 - 1");
  return [agentId, incarnation, toMillionths("health", health), JSON.stringify(offer)];
}

function checkDistinct(agents: readonly { readonly agentId: string }[]): void {
  const seen = new Set<string>();
  for (const { agentId } of agents) {
    if (seen.has(agentId)) throw EntrainError.invalid("agentId", agentId, "name each agent once in a call");
    seen.add(agentId);
  }
}

function checkCount({ cycle, periodMs }: BeatCount): void {
  if (!Number.isFinite(cycle)) throw EntrainError.invalid("cycle", cycle, "give a finite count of beats");
  if (!(periodMs > 0 && periodMs < Infinity))
    throw EntrainError.invalid("periodMs", periodMs, "give a period above 0 ms");
}

/** As an integer, so that the store's running sum of the health stays exact. */
function toMillionths(field: string, share: number): number {
  if (!Number.isFinite(share)) throw EntrainError.invalid(field, share, "give a number from 0 to 1");
  return Math.round(Math.min(1, Math.max(0, share)) * 1e6);
}

/** At least one batch, so that a process without agents still learns the version. */
function batches<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.max(1, Math.ceil(items.length / batchMax));
  return Array.from({ length: count }, (_, index) => items.slice(index * batchMax, (index + 1) * batchMax));
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? "", flat[2 * index + 1] ?? ""]);
}
