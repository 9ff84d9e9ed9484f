/**
 * An agent in a process of its own, as a user has it, that meets the incidents it is told of and writes each act down before
 * it could carry it out. Its reasoner says what the rule says; told to follow its mood, it says something else each time it
 * is asked: the ledger has to make one decision of that all the same (D1).
 *
 * It writes a line when it has joined, one for each incident that is done, and one with the cooldown of each policy that comes. It
 * ends when its standard input does.
 */
import { randomUUID } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { createAgent, type Question, type Verdict } from "entrain";
import { createRandom } from "@entrain/kernel";
import { defaultPolicy, normalVerdict, ruleVerdict, type Policy } from "@entrain/core/decision";
import { loadScripts } from "@entrain/redis/testing";
import type { RecordedAct } from "@entrain/testkit/history";
import { brokenScripts } from "./broken-scripts.ts";
import { deciderSettings, type DeciderOrder } from "./decider-settings.ts";

const { redisUrl, swarmId, agentId, process: life, file, mutation } = deciderSettings();
// Before a store is made: every store of this process takes its commands from there.
Object.assign(loadScripts(), brokenScripts(mutation));
const random = createRandom(randomUUID());
const descriptor = openSync(file, "a");

function reason({ reading, rule, policy }: Question): Verdict {
  if (rule === undefined) return normalVerdict;
  const said = ruleVerdict(rule);
  if (reading["whim"] !== true) return said;
  return { ...said, action: policy.actions[random.int(policy.actions.length)] ?? said.action };
}

/** The cooldown of the policy that this process knows, ms. */
function cooldownMs(): number {
  const section: unknown = agent.context.current()?.document["policy"];
  return (section as { readonly decision?: Policy } | undefined)?.decision?.cooldownMs ?? defaultPolicy.cooldownMs;
}

async function meet({ met, subject, how }: DeciderOrder): Promise<void> {
  const reading = { temperature: 85 + random.next(), subject, ...(how === "whim" && { whim: true }) };
  const named = how === "classified" ? {} : { incident: `i-${met}` };
  const asked = { askedAtUnixMs: Date.now(), cooldownMs: cooldownMs() };
  const { decision, source, repeatedBecause } = await agent.decide(reading, named);
  const { incidentId, decisionId, action, term, contextVersion, policyHash, reasoning } = decision;
  const act: RecordedAct = {
    ...{
      process: life,
      agentId,
      met,
      incidentId,
      decisionId,
      action,
      source,
      term,
      contextVersion,
      policyHash,
    },
    cause: source === "safe-alone" ? reasoning : null,
    askedAtUnixMs: asked.askedAtUnixMs,
    cooldownMs: Math.min(asked.cooldownMs, cooldownMs()),
    isRepeated: repeatedBecause !== undefined,
    atUnixMs: Date.now(),
  };
  writeSync(descriptor, `${JSON.stringify(act)}\n`);
}

const agent = createAgent({
  swarm: swarmId,
  redis: redisUrl,
  agentId,
  decide: { name: "moody", reason },
  storeTimeoutMs: 300,
  election: { leaseMs: 1_000, renewEveryMs: 250, stopMarginMs: 200, pollMs: 100 },
  membership: { heartbeatMs: 200, deadAfterMs: 1_000 },
});
await agent.start({ timeoutMs: 30_000 });
process.stdout.write("ready\n");
const tellCooldown = (): void => {
  process.stdout.write(`cooldown ${cooldownMs()}\n`);
};
agent.on("context", tellCooldown);
tellCooldown();
const underWay = new Set<Promise<void>>();
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as DeciderOrder;
  const done = meet(order)
    .then(() => (order.again ? meet(order) : undefined))
    .then(() => {
      process.stdout.write("done\n");
      underWay.delete(done);
    });
  underWay.add(done);
}
await Promise.all(underWay);
await agent.stop();
