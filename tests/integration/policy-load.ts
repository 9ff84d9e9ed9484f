/**
 * Agents that decide while their policy changes under them, for a test and for the bench. In each turn of the policy another
 * threshold, other actions and another safe action hold, so that what was made of two turns shows: the rule of the one with
 * the action of the other is an action that no turn has for the reading.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";
import { defaultPolicy, type Policy } from "@entrain/core/decision";
import type { Agent } from "entrain";

/** One answer that an agent was given; instants in ms of the machine's monotonic clock, which all processes share. */
export interface PolicyAnswer {
  readonly agentId: string;
  readonly incidentId: string;
  readonly action: string;
  readonly reasoning: string;
  readonly source: string;
  readonly version: number;
  readonly policyHash: string;
  readonly askedMs: number;
  readonly madeMs: number;
}

/** A change of the policy, and the version that it made. */
export interface PolicyTurn {
  readonly turn: number;
  readonly version: number;
  readonly changedMs: number;
}

/** How soon a change was in the decisions, ms after it was sent. */
export interface TurnAccount {
  /** The first decision that used it. */
  readonly firstMs: number;
  /** The first decision that used it, of the agent that was last. */
  readonly lastAgentMs: number;
  /** The last question, asked after the change, that was answered by the policy before it; 0 where there was none. */
  readonly lastOldMs: number;
}

/** Which action stands where in which turn: a reading of 70 °C is `hot` in even turns, and only `warm` in odd ones. */
const turns = [
  { hotAt: 60, hot: "throttle", warm: "shield", safe: "enter_safe_mode" },
  { hotAt: 80, hot: "cool_down", warm: "shed_load", safe: "free_memory" },
] as const;
const temperature = 70;

/** The machine's monotonic clock, ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The policy of a turn. */
export function policyOfTurn(turn: number): Policy {
  const { hotAt, hot, warm, safe } = turns[turn % 2 === 0 ? 0 : 1];
  const rule = { kind: "overheating", type: "ANOMALY_RESPONSE", confidence: 1 } as const;
  const named = (band: string, least: number, action: string) => ({
    ...rule,
    id: band,
    band,
    action,
    when: `has(t.temperature) && t.temperature >= ${least}.0`,
    reasoning: `turn ${turn}`,
  });
  const rules = [named("hot", hotAt, hot), named("warm", 40, warm)];
  // No health turns a decision into the safe one here: that would hide which rule it was made by.
  return { ...defaultPolicy, safeAction: safe, safeModeHealth: 0, rules };
}

/** What an agent is to do about the reading in a turn, and alone. */
function actionsOfTurn(turn: number): { readonly action: string; readonly safe: string } {
  const { hotAt, hot, warm, safe } = turns[turn % 2 === 0 ? 0 : 1];
  return { action: temperature >= hotAt ? hot : warm, safe };
}

/** Asks the agent at its pace until told to stop; all agents meet the same incidents. Resolves when all is answered. */
export async function decideAtPace(agent: Agent, perSecond: number, stop: AbortSignal): Promise<PolicyAnswer[]> {
  const { agentId } = agent;
  const pace = createRandom(agentId);
  const asked: Promise<PolicyAnswer>[] = [];
  while (!stop.aborted) {
    const askedMs = monotonicMs();
    const incident = `i-${Math.floor(askedMs / (1_000 / perSecond))}`;
    const asking = agent.decide({ temperature, subject: "hall" }, { incident }).then(({ decision, source }) => {
      const { incidentId, action, reasoning, contextVersion: version, policyHash } = decision;
      const madeMs = monotonicMs();
      return { agentId, incidentId, action, reasoning, source, version, policyHash, askedMs, madeMs };
    });
    asked.push(asking);
    await delay((1_000 / perSecond) * (0.8 + 0.4 * pace.next()));
  }
  return Promise.all(asked);
}

/** The answers that are not wholly of the turn whose version they carry, each with what is wrong with it. */
export function mixedAnswers(answers: readonly PolicyAnswer[], changes: readonly PolicyTurn[]): readonly string[] {
  const hashes = new Map<number, string>();
  return answers.flatMap((answer) => {
    const { version, action, reasoning, source, policyHash } = answer;
    const change = changes.findLast((one) => one.version <= version);
    if (change === undefined) return [`version ${version} is of before the first turn`];
    const { turn } = change;
    const hash = hashes.get(turn) ?? policyHash;
    hashes.set(turn, hash);
    const isAlone = source === "safe-alone";
    const expected = actionsOfTurn(turn);
    const isWhole =
      hash === policyHash &&
      (isAlone ? action === expected.safe : action === expected.action && reasoning === `turn ${turn}`);
    return isWhole ? [] : [`${JSON.stringify(answer)} is not of turn ${turn}`];
  });
}

/** How soon each change, the first turn left out, was in the decisions. */
export function accountOfTurns(
  answers: readonly PolicyAnswer[],
  changes: readonly PolicyTurn[],
): readonly TurnAccount[] {
  const agentIds = [...new Set(answers.map(({ agentId }) => agentId))];
  return changes.slice(1).map(({ version, changedMs }) => {
    const fresh = answers.filter((one) => one.version >= version);
    const firstOf = (wanted: readonly PolicyAnswer[]): number =>
      Math.min(...wanted.map(({ madeMs }) => madeMs)) - changedMs;
    const old = answers.filter((one) => one.version < version && one.askedMs >= changedMs);
    return {
      firstMs: firstOf(fresh),
      lastAgentMs: Math.max(...agentIds.map((id) => firstOf(fresh.filter(({ agentId }) => agentId === id)))),
      lastOldMs: Math.max(0, ...old.map(({ askedMs }) => askedMs - changedMs)),
    };
  });
}
