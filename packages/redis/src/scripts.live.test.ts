import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { Redis } from "ioredis";
import { offerOf, proposalOf } from "@entrain/testkit/conformance";
import { openStoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore } from "./redis-store.ts";
import { assembleScript, loadScripts, readLua } from "./scripts.ts";

test("every Lua file is a command or part of one, and every command has its header", () => {
  const files = readdirSync(new URL("./lua/", import.meta.url)).filter((name) => name.endsWith(".lua"));
  const names = Object.keys(loadScripts());
  assert.deepEqual(files.map((file) => file.replace(".lua", "")).sort(), names.toSorted());
  for (const name of names) {
    const text = readLua(name);
    for (const part of ["-- KEYS: ", "-- Input: ", "-- Output: "])
      assert.ok(text.includes(part), `${name}.lua lacks ${part}`);
  }
});

test("a file without its header is refused", () => {
  assert.throws(() => assembleScript("renew", "return 1\n"), { code: "internal", message: /renew\.lua/ });
});

test("every command but the one that opens it is bound to a generation", () => {
  for (const { name, text } of Object.values(loadScripts()))
    assert.equal(text.includes("'stale-generation'"), name !== "open-generation", name);
});

test("a server that forgot the commands is told them again, and all keys of a swarm bear its name", async () => {
  await using lab = await openStoreLab(createRedisStore);
  using stack = new DisposableStack();
  const raw = stack.adopt(new Redis(lab.redis.url, { retryStrategy: null }), (client) => {
    client.disconnect();
  });
  for (const { text } of Object.values(loadScripts())) await raw.script("LOAD", text);
  await raw.script("FLUSH");
  const swarm = lab.swarm();
  const store = await swarm.client();
  await store.registry.register([offerOf("a")]);
  await store.registry.heartbeat([{ agentId: "a", incarnation: 1, health: 1, risk: 0 }]);
  await store.registry.leave("a", 1);
  await store.election().campaign({ agentId: "a", incarnation: 1, highestTerm: 0, leaseMs: 1_000 });
  const locked = await store.lock("l").campaign({ agentId: "a", incarnation: 1, highestTerm: 0, leaseMs: 1_000 });
  if (locked.kind === "granted") await store.lock("l").save(locked.held, "text");
  await store.barrier("b").arrive({ ticket: "t", parties: 1, highestToken: 0, leaseMs: 1_000 });
  await store.ledger.open({ fingerprint: { kind: "k", subject: "s", band: "b" } }, 1_000);
  await store.ledger.commit(proposalOf("incident", "a"));
  await store.ledger.recordActs([
    { agentId: "a", incidentId: "incident", decisionId: "d", action: "x", source: "adopted", atMs: 1 },
  ]);
  const keys = await raw.keys("*");
  assert.ok(keys.length >= 17);
  for (const key of keys) assert.ok(key.startsWith(`entrain:{${swarm.swarmId}}:`), key);
});
