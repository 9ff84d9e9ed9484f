/** Parts of budgets and shares of rates at a coordinator with certificates: each is its holder's alone. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createBudgetClient, type BudgetClient } from "@entrain/rpc";
import { connectCoordinator } from "entrain";
import { runCommand } from "./run-command.ts";
import { startService } from "./service-process.ts";

const root = join(import.meta.dirname, "..", "..");
const swarm = "holders";
const started = new AsyncDisposableStack();
let folder: string;
let address: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "entrain-holders-"));
  started.defer(() => rm(folder, { recursive: true }));
  const cli = join(root, "services", "cli", "src", "main.ts");
  const args = [cli, "certs", folder, "--swarm", swarm, "--agents", "a-1,a-2"];
  assert.equal((await runCommand(process.execPath, args, { cwd: root, limitMs: 20_000 })).code, 0);
  const redis = started.use(await acquireTestRedis());
  const env = { ENTRAIN_SWARM: swarm, REDIS_URL: redis.url, ENTRAIN_STORE_TIMEOUT: "4s", ENTRAIN_LEASE: "5s" };
  const ENTRAIN_TLS_DIR = join(folder, "coordinator");
  const service = started.use(startService("coordinator", { ...env, ENTRAIN_TLS_DIR }));
  address = String((await service.ready())["grpcAddress"]);
});
after(() => started.disposeAsync());

async function optionsOf(identity: string, holder: string) {
  const file = (name: string) => readFile(join(folder, identity, name), "utf8");
  const [ca, cert, key] = await Promise.all([file("ca.crt"), file("tls.crt"), file("tls.key")]);
  return { swarm, swarmId: swarm, holder, insecure: false, deadlineMs: 15_000, tls: { ca, cert, key } };
}

async function clientOf(identity: string, holder: string): Promise<BudgetClient> {
  return started.adopt(createBudgetClient(address, await optionsOf(identity, holder)), (client) => client.close());
}

test("what an agent holds of a budget another neither prolongs, nor reports on, nor ends; an operator may", async () => {
  await using holder = connectCoordinator(address, await optionsOf("agent-a-1", "a-1"));
  const { budgets } = await clientOf("agent-a-2", "a-2");
  await holder.budget.create({ budgetId: "pool", limits: { credits: 100 } });
  const lease = await holder.budget.allocate("pool", { amounts: { credits: 60 } });
  const target = { budgetId: "pool", allocationId: lease.allocationId };
  const denied = { code: "permission-denied", field: "allocation_id" };
  await assert.rejects(budgets.apply({ kind: "extend", ...target, leaseMs: 86_400_000 }), denied);
  await assert.rejects(budgets.apply({ kind: "consume", ...target, consumed: { credits: 60 } }), denied);
  await assert.rejects(budgets.apply({ kind: "release", ...target }), denied);
  await lease.consume({ credits: 10 });
  const operator = await clientOf("operator", "");
  assert.deepEqual(await operator.budgets.apply({ kind: "release", ...target }), { kind: "done" });
  const pool = await holder.budget.read("pool");
  assert.deepEqual(pool?.available, { credits: 90 });
});

test("an agent refreshes and gives back shares of a rate in its own name alone, and touches none of another's", async () => {
  const [one, other, forger] = [
    await clientOf("agent-a-1", "a-1"),
    await clientOf("agent-a-2", "a-2"),
    await clientOf("agent-a-2", "a-1"),
  ];
  const request = { holderId: "p-1", sequence: 1, hasMilli: 0, wantsMilli: 1_000_000, limitMilli: 1_000_000 };
  const { grantedMilli } = await one.rates.refresh("upstream", request);
  assert.ok(grantedMilli > 0);
  const denied = { code: "permission-denied", field: "holder" };
  await assert.rejects(forger.rates.refresh("upstream", { ...request, sequence: 2 }), denied);
  await assert.rejects(forger.rates.release("upstream", "p-1"), denied);
  await other.rates.release("upstream", "p-1");
  assert.equal(
    (await other.rates.refresh("upstream", request)).grantedMilli,
    0,
    "the whole rate is still the first one's",
  );
});
