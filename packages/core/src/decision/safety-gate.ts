/**
 * The safety gate of actions that reach the whole fleet: before such an action may be proposed, its effect on every member is
 * simulated, and it is blocked where too many would not survive it.
 *
 * Intuition. An action costs each member some health. Whoever falls under the floor fails, and what it did falls to its neighbours
 * in the overlay, who lose some health for each neighbour that failed; so failures may cascade. The fleet's risk is the share
 * of members that have failed once nothing more falls. All of this is data in the policy; an action that the data does not know is
 * blocked, and so is every action where the gate itself cannot judge. A member that was under the floor before counts as failed, and
 * so does one that is missing: a fleet that is down already has less to give.
 *
 * Pure and independent of the order of the members, so that a decision can be judged again from its input (D2).
 */
import { EntrainError } from "@entrain/kernel";
import { createOverlay } from "../membership/overlay.ts";

/** What an action does to a fleet. */
export interface ActionEffect {
  /** Health that it costs each member, 0..1. */
  readonly healthLoss: number;
  /** Health that each neighbour of a member that fails loses on top, 0..1. */
  readonly spreadLoss: number;
}

/** The risk model. */
export interface SafetyGate {
  /** Largest share of members that may fail, 0..1. */
  readonly failedShareMax: number;
  /** A member whose health is under it has failed, 0..1. */
  readonly healthFloor: number;
  /** Neighbours of each member: in the overlay that the swarm's rhythm uses, an even number. */
  readonly neighbours: number;
  /** Actions that may pass, with what they do. */
  readonly effects: Readonly<Record<string, ActionEffect>>;
}

/** A member as the gate sees it. */
export interface FleetMember {
  readonly agentId: string;
  /** 0..1; 0 of a missing one. */
  readonly health: number;
  /** It has died, and still counts as one that should be there. Absent: it is alive. */
  readonly missing?: true;
}

/** How the gate judged. */
export type GateVerdict =
  | { readonly kind: "passed"; readonly simulation: Simulation }
  | { readonly kind: "blocked"; readonly cause: "risk"; readonly simulation: Simulation; readonly message: string }
  | { readonly kind: "blocked"; readonly cause: "unknown-action" | "error"; readonly message: string };

/** What the simulation came to. */
export interface Simulation {
  readonly members: number;
  readonly failed: number;
  /** Those of them that failed by the action alone, or were under the floor before it. */
  readonly failedAtOnce: number;
}

/** Most members that are simulated, and that fit into a decision's input; a larger fleet cannot be judged. */
export const fleetMax = 1_000;
const neighboursMax = 16;
/** Room for the last digit of a sum: 0.7 - 0.4 is not quite 0.3. */
const roundingRoom = 1e-9;

/** Judges an action; never throws: what goes wrong blocks. */
export function judgeFleetAction(action: string, fleet: readonly FleetMember[], gate: SafetyGate): GateVerdict {
  const effect = Object.hasOwn(gate.effects, action) ? gate.effects[action] : undefined;
  if (effect === undefined)
    return blocked(
      "unknown-action",
      `the safety gate blocks ${action}: the policy does not say what it does to the fleet`,
    );
  try {
    const simulation = simulate(effect, checkFleet(fleet), gate);
    const { failed, members } = simulation;
    if (failed <= gate.failedShareMax * members + roundingRoom) return { kind: "passed", simulation };
    const missing = fleet.filter((member) => member.missing === true).length;
    const already = missing === 0 ? "" : ` (${missing} of them missing already)`;
    const message = `the safety gate blocks ${action}: ${failed} of ${members} members would fail${already}, more than a share of ${gate.failedShareMax}`;
    return { kind: "blocked", cause: "risk", simulation, message };
  } catch (thrown) {
    return gateError(action, EntrainError.from(thrown).message);
  }
}

/** The verdict where the gate could not judge. */
export function gateError(action: string, message: string): GateVerdict {
  return blocked("error", `the safety gate blocks ${action}: it could not judge it (${message})`);
}

function blocked(cause: "unknown-action" | "error", message: string): GateVerdict {
  return { kind: "blocked", cause, message };
}

/** The action's effect on every member, and what follows from it. */
function simulate(
  { healthLoss, spreadLoss }: ActionEffect,
  fleet: readonly FleetMember[],
  gate: SafetyGate,
): Simulation {
  const overlay = createOverlay(
    fleet.map(({ agentId }) => agentId),
    gate.neighbours,
  );
  const health = new Map(fleet.map((member) => [member.agentId, member.health - healthLoss]));
  const failed = new Set<string>();
  const missing = new Set(fleet.filter((member) => member.missing === true).map(({ agentId }) => agentId));
  // Whoever is missing has failed, also where the floor is 0.
  const falls = (agentId: string): boolean =>
    !failed.has(agentId) && (missing.has(agentId) || (health.get(agentId) ?? 0) < gate.healthFloor - roundingRoom);
  let falling = [...health.keys()].filter(falls);
  const failedAtOnce = falling.length;
  while (falling.length > 0) {
    for (const agentId of falling) failed.add(agentId);
    const struck = falling.flatMap((agentId) => overlay.neighboursOf(agentId));
    for (const agentId of struck) health.set(agentId, (health.get(agentId) ?? 0) - spreadLoss);
    falling = [...new Set(struck)].filter(falls);
  }
  return { members: fleet.length, failed: failed.size, failedAtOnce };
}

/** An empty fleet, an unknown health or one member twice: then nothing can be said of it. */
function checkFleet(fleet: readonly FleetMember[]): readonly FleetMember[] {
  if (fleet.length === 0 || fleet.length > fleetMax)
    throw EntrainError.invalid("fleet", `${fleet.length} members`, `simulate 1 to ${fleetMax}`);
  const sick = fleet.find(({ health }) => !(health >= 0 && health <= 1));
  if (sick !== undefined)
    throw EntrainError.invalid(`health of ${sick.agentId}`, sick.health, "give a number from 0 to 1");
  if (new Set(fleet.map(({ agentId }) => agentId)).size < fleet.length)
    throw EntrainError.invalid("fleet", "a member twice", "name each member once");
  return fleet;
}

/**
 * Returns `candidate` as the gate of a policy with these actions, without anything else.
 * @throws EntrainError `invalid-argument` that names the field (`policy.safetyGate.effects.shed_load.healthLoss`).
 */
export function checkSafetyGate(candidate: unknown, actions: readonly string[]): SafetyGate {
  const field = "policy.safetyGate";
  const given = members(field, candidate);
  const { neighbours } = given;
  if (!(typeof neighbours === "number" && neighbours % 2 === 0 && neighbours >= 2 && neighbours <= neighboursMax))
    throw EntrainError.invalid(`${field}.neighbours`, neighbours, `choose an even number from 2 to ${neighboursMax}`);
  const effects = Object.entries(members(`${field}.effects`, given["effects"])).map(([action, effect]) => {
    if (!actions.includes(action))
      throw EntrainError.invalid(
        `${field}.effects.${action}`,
        action,
        `name the policy's actions: ${actions.join(", ")}`,
      );
    return [action, checkEffect(`${field}.effects.${action}`, effect)] as const;
  });
  return {
    failedShareMax: share(`${field}.failedShareMax`, given["failedShareMax"]),
    healthFloor: share(`${field}.healthFloor`, given["healthFloor"]),
    neighbours,
    effects: Object.fromEntries(effects),
  };
}

function checkEffect(field: string, candidate: unknown): ActionEffect {
  const given = members(field, candidate);
  return {
    healthLoss: share(`${field}.healthLoss`, given["healthLoss"]),
    spreadLoss: share(`${field}.spreadLoss`, given["spreadLoss"]),
  };
}

function members(field: string, candidate: unknown): Readonly<Record<string, unknown>> {
  if (typeof candidate === "object" && candidate !== null && !Array.isArray(candidate)) return { ...candidate };
  throw EntrainError.invalid(field, candidate, "give an object");
}

function share(field: string, candidate: unknown): number {
  if (typeof candidate === "number" && candidate >= 0 && candidate <= 1) return candidate;
  throw EntrainError.invalid(field, candidate, "choose a number from 0 to 1");
}
