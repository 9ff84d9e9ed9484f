/** What the ACL users of the roles may not do: each tried on a real Redis, where the answer is Redis's own. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { EntrainError } from "@entrain/kernel";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { loadScripts } from "./scripts.ts";
import { areas, storeRoles, storeUser, type Area, type StoreRole } from "./store-users.ts";

const swarmId = "orders";
const stack = new AsyncDisposableStack();
let redis: TestRedis;
let administrator: Redis;
const clients = new Map<StoreRole, Redis>();

before(async () => {
  redis = stack.use(await acquireTestRedis());
  const open = (url: string): Redis => {
    const client = new Redis(url, { enableReadyCheck: false });
    stack.defer(() => client.disconnect());
    return client;
  };
  administrator = open(redis.url);
  for (const role of storeRoles) {
    const { name, rules } = storeUser(role, swarmId);
    await administrator.call("ACL", "SETUSER", name, "on", ">secret", ...rules.split(" "));
    const url = new URL(redis.url);
    [url.username, url.password] = [name, "secret"];
    clients.set(role, open(url.href));
  }
});
after(() => stack.disposeAsync());

/** What Redis says to a role: the first word of its refusal, or `done`. */
async function answer(role: StoreRole, command: string, ...args: (string | number)[]): Promise<string> {
  const client = clients.get(role);
  assert.ok(client !== undefined);
  return client.call(command, ...args).then(
    () => "done",
    (thrown: unknown) => EntrainError.from(thrown).message.split(" ")[0] ?? "",
  );
}

const key = (name: string) => `entrain:{${swarmId}}:${name}`;
const writeOf = (name: string) =>
  ["EVAL", "return redis.call('HSET', KEYS[1], 'field', 'forged')", 1, key(name)] as const;
const readOf = (name: string) => ["EVAL_RO", "return redis.call('HGETALL', KEYS[1])", 1, key(name)] as const;

/** A key of each area, the roles that may write it, and those that may read it as well. */
const reach: readonly (readonly [name: string, writers: readonly StoreRole[], readers?: readonly StoreRole[]])[] = [
  ["store", storeRoles],
  ["member-states", ["agent", "console"], ["decision-loop"]],
  ["proposal:p-1", ["agent"]],
  ["leader:swarm", ["agent", "decision-loop"], ["console"]],
  ["leader:of-a-user", ["agent"], ["console"]],
  ["term:swarm", ["agent"], ["console"]],
  ["decisions", ["agent", "decision-loop"], ["console"]],
  ["acts:overheating", ["agent", "decision-loop"], ["console"]],
  ["goal", ["agent", "console"]],
  ["context", storeRoles],
  ["rate:api", ["agent", "coordinator"]],
  ["budget:root", ["agent", "coordinator", "console"]],
  ["task:t-1", ["agent", "coordinator", "console"]],
  ["session-log:s-1", ["agent", "coordinator", "console"]],
  ["schedule:nightly", ["agent"], ["console"]],
  ["pool:orders", ["agent"]],
  ["lock:orders", ["agent"]],
  ["barrier:orders", ["agent"]],
];

test("a user that reaches for another role's keys is refused, and what it may not write it does not write", async () => {
  for (const [name, writers, readers = []] of reach)
    for (const role of storeRoles) {
      const writes = writers.includes(role);
      assert.equal(await answer(role, ...writeOf(name)), writes ? "done" : "NOPERM", `${role} writes ${name}`);
      assert.equal(
        await answer(role, ...readOf(name)),
        writes || readers.includes(role) ? "done" : "NOPERM",
        `${role} reads ${name}`,
      );
    }
  assert.equal(await administrator.exists(key("anything-else")), 0);
});

test("a key that a script does not declare is out of reach just so", async () => {
  const hidden = `return redis.call('HSET', '${key("lock:orders")}', 'holder', 'me')`;
  assert.notEqual(await answer("console", "EVAL", hidden, 1, key("store")), "done");
  assert.equal(await answer("agent", "EVAL", hidden, 1, key("store")), "done");
});

test("nobody reaches another swarm, its channels, or what administers a server", async () => {
  for (const role of storeRoles) {
    assert.equal(
      await answer(role, "EVAL", "return redis.call('GET', KEYS[1])", 1, "entrain:{payments}:goal"),
      "NOPERM",
    );
    assert.equal(await answer(role, "SUBSCRIBE", "entrain:{payments}:channel:goal"), "NOPERM");
    const others = [["CONFIG", "GET", "*"], ["KEYS", "*"], ["SCAN", 0], ["FLUSHALL"], ["ACL", "LIST"]];
    for (const [command = "", ...args] of [
      ...others,
      ["SHUTDOWN"],
      ["SCRIPT", "FLUSH"],
      ["CLIENT", "LIST"],
      ["MONITOR"],
    ])
      assert.equal(await answer(role, String(command), ...args), "NOPERM", `${role}: ${command}`);
  }
  assert.equal(await answer("decision-loop", "SUBSCRIBE", key("channel:tasks")), "NOPERM");
  assert.equal(
    await answer("coordinator", "EVAL", `return redis.call('PUBLISH', '${key("channel:goal")}', '{}')`, 0),
    "ERR",
  );
});

test("what was refused is in the server's own log", async () => {
  await administrator.call("ACL", "LOG", "RESET");
  await answer("coordinator", ...writeOf("leader:swarm"));
  const [entry] = (await administrator.call("ACL", "LOG")) as string[][];
  assert.ok(entry?.includes("entrain-coordinator") && entry.includes(key("leader:swarm")), String(entry));
});

test("every Lua command belongs to a group of keys, and an agent's user may run it", () => {
  const placed = new Set<string>(
    Object.values<Area>(areas).flatMap(({ reads = [], writes = [] }) => [...reads, ...writes]),
  );
  const rules = new Set(storeUser("agent", swarmId).rules.split(" "));
  for (const { name, text } of Object.values(loadScripts())) {
    assert.ok(placed.has(name), `say in store-users.ts where ${name} works`);
    for (const [, command = ""] of text.matchAll(/redis\.call\('([A-Z]+)'/g))
      assert.ok(rules.has(`+${command.toLowerCase()}`), `${name} calls ${command}`);
  }
});
