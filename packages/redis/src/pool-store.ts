/**
 * Pools in Redis: see lua/include/pool.lua and the commands that include it. A round is held and renewed as a leadership is
 * (lua/renew.lua).
 */
import { checkId, EntrainError } from "@entrain/kernel";
import type { Contribution, ContributionState, PoolRound, PoolStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";
import type { MessageHub } from "./message-hub.ts";

/** Contributions, and bytes of them, that wait in one pool. */
const waitingMax = 10_000;
const bytesMax = 16_777_216;
/** Bytes of one contribution, and of one outcome. */
const textBytesMax = 1_048_576;

/** The pools of a swarm. */
export function createPoolStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
  /** Longest lease that the recovery window covers (S1), ms. */
  readonly leaseMaxMs: number;
}): PoolStore {
  const { keys, commands, hub, leaseMaxMs } = options;
  const keysOf = (pool: string) => keys.pool(checkId("pool", pool));
  return {
    async contribute(pool, { id, count, text }, replyTo) {
      const { record, order, waiting, taken, outcomes } = keysOf(pool);
      const packed = `${count} ${checkId("replyTo", replyTo)} ${checkText(text)}`;
      const args = [outcomes, checkContributionId(id), packed, waitingMax, bytesMax];
      return stateFrom(await commands.run("contribute", [record, order, waiting, taken], args));
    },
    async look(pool, id) {
      const { waiting, taken, outcomes } = keysOf(pool);
      return stateFrom(await commands.run("look-contribution", [waiting, taken], [outcomes, id]));
    },
    async claim(pool, { agentId, incarnation, beat, highestToken, leaseMs, itemsMax }) {
      checkLease(leaseMs, leaseMaxMs);
      const { record, order, waiting, taken, round } = keysOf(pool);
      const args = [agentId, incarnation, beat ?? "", highestToken, leaseMs, itemsMax];
      const reply = await commands.run("claim-round", [record, order, waiting, taken, round], args);
      const [kind, token, generation, key, attempt, flat] = reply as RoundReply;
      if (kind === "held") return { kind, remainingMs: Number(token) };
      if (kind !== "granted") return { kind };
      const held = { agentId, incarnation, token: Number(token), generation: Number(generation) };
      return {
        kind: "granted",
        round: { ...held, key, attempt: Number(attempt), contributions: contributionsFrom(flat) },
      };
    },
    async renew(pool, round, leaseMs) {
      checkLease(leaseMs, leaseMaxMs);
      const args = [round.agentId, round.incarnation, round.token, round.generation, leaseMs];
      const [kind, generation] = (await commands.run("renew", [keysOf(pool).round], args)) as readonly [string, Reply];
      return kind === "renewed" ? { ...round, generation: Number(generation) } : undefined;
    },
    async settle(pool, { agentId, incarnation, token, contributions }: PoolRound, given) {
      const { taken, round, outcomes } = keysOf(pool);
      const pairs = contributions.flatMap(({ id }, index) => [id, checkText(given[index] ?? "")]);
      const args = [outcomes, keys.channels.poolPrefix, agentId, incarnation, token, ...pairs];
      return (await commands.run("settle-round", [taken, round], args)) === 1;
    },
    watch: (replyTo, onOutcome) =>
      hub.watch(`${keys.channels.poolPrefix}${replyTo}`, (message) => {
        const space = message.indexOf(" ");
        onOutcome(message.slice(0, space), message.slice(space + 1));
      }),
  };
}

type RoundReply = readonly [
  kind: "granted" | "held" | "done" | "empty",
  token: string,
  generation: string,
  key: string,
  attempt: string,
  contributions: readonly string[],
];

function stateFrom(reply: Reply): ContributionState {
  const [kind, outcome = ""] = reply as readonly string[];
  if (kind === "settled") return { kind, outcome };
  return { kind: kind === "waiting" ? "waiting" : "unknown" };
}

function contributionsFrom(flat: readonly string[]): readonly Contribution[] {
  const found: Contribution[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    const [, count, text = ""] = /^(\d+) \S+ (.*)$/s.exec(flat[at + 1] ?? "") ?? [];
    found.push({ id: flat[at] ?? "", count: Number(count), text });
  }
  return found;
}

function checkContributionId(id: string): string {
  if (/^\S{1,300}$/.test(id)) return id;
  throw EntrainError.invalid("id", id, "give 1 to 300 characters without spaces");
}

function checkText(text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= textBytesMax) return text;
  throw new EntrainError("invalid-argument", `a batch of ${bytes} bytes is too long: stay within ${textBytesMax}`, {
    field: "items",
    remedy: "give the batcher a lower itemsMax",
  });
}

function checkLease(leaseMs: number, leaseMaxMs: number): void {
  if (!(Number.isInteger(leaseMs) && leaseMs > 0 && leaseMs <= leaseMaxMs))
    throw EntrainError.invalid("leaseMs", leaseMs, `give a whole number of ms within recoveryWindowMs (${leaseMaxMs})`);
}
