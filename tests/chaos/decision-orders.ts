/**
 * What the agents of a run over decisions are told to meet. A third of the incidents is named by the rules, and of these an eighth
 * recurs: first it comes up and is over a few times, under a policy with a short cooldown, so that it has an ordinal; then it is
 * met over and over through all faults, under policies whose cooldown is longer than the run: it is one occurrence then.
 */
import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "@entrain/testkit/conformance";
import type { DeciderProcess } from "./decider-process.ts";
import { cooldownsMs } from "./decision-policies.ts";
import type { DeciderOrder } from "./workers/decider-settings.ts";

/** Incidents of which an agent may have been told without having done them, before the next one waits. */
const underWayMax = 100;
/** Every so many incidents the agents meet one again that they met before, so many incidents ago. */
const oldEvery = 5;
const oldBy = 25;
/** Every so many incidents one recurs, of so many; how often they are over before the faults. */
const recurEvery = 24;
const recurring = 3;
const rounds = 3;
/** How long agents may take to follow, ms. */
const patienceMs = 60_000;

const kinds = ["named", "classified", "whim"] as const;

/** Who is told. */
export type Told = () => readonly DeciderProcess[];

function tell(running: Told, order: DeciderOrder): void {
  for (const decider of running()) decider.order(order);
}

async function areFollowed(running: Told, atMost: number): Promise<void> {
  await waitFor("the agents follow", () => running().every((decider) => decider.underWay() <= atMost), patienceMs);
}

/** The order of the run's `number`-th incident. */
function orderOf(number: number, again: boolean): DeciderOrder {
  const how = kinds[number % kinds.length]!;
  const recurs = number % recurEvery === kinds.indexOf("classified");
  const name = recurs ? `r-${Math.floor(number / recurEvery) % recurring}` : `${number}`;
  return { met: name, subject: recurs ? name : `s-${name}`, how, again };
}

/** Lets the incidents that recur come up and be over, then has `lengthen` bring the policy under which they stay open. */
export async function letRecur(running: Told, lengthen: () => Promise<void>): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (let n = 0; n < recurring; n++)
      tell(running, { met: `r-${n}, round ${round}`, subject: `r-${n}`, how: "classified", again: false });
    await areFollowed(running, 0);
    // Nobody sees it for longer than its cooldown: then it is over.
    await delay(2 * cooldownsMs.first);
  }
  await lengthen();
  const knowIt = (): boolean => running().every((decider) => decider.cooldownMs() === cooldownsMs.others);
  await waitFor("the agents know the policy", knowIt, patienceMs);
}

/** Tells all agents of the next so many incidents, so many a second or as fast as they can follow. */
export function orders(running: Told, perSecond: number): (count: number) => Promise<void> {
  let number = 0;
  return async (count) => {
    let dueMs = performance.now();
    for (let given = 0; given < count; given++) {
      number += 1;
      tell(running, orderOf(number, number % 10 === 0));
      if (number % oldEvery === 0 && number > oldBy) tell(running, orderOf(number - oldBy, false));
      dueMs = Math.max(dueMs + 1_000 / perSecond, performance.now());
      await delay(Math.max(0, dueMs - performance.now()));
      await areFollowed(running, underWayMax - 1);
    }
  };
}
