/** ContextService: who may change the document and in whose name, and what of it fits a message. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthority } from "@entrain/certificates";
import type { Json } from "@entrain/kernel";
import type { ContextReader } from "@entrain/core/context";
import type { ChangeRequest, SharedContext, WatchNews } from "@entrain/ports";
import { createBudgetClient } from "./budget-client.ts";
import type { ServedBudgets } from "./budget-service.ts";
import { callMetadata } from "./call-metadata.ts";
import { openChannel } from "./channel.ts";
import { createContextClient } from "./context-client.ts";
import { clockAhead } from "./loopback-process.ts";
import { identityUri, type ServiceRole } from "./peer-identity.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { createRpcServer } from "./rpc-server.ts";
import type { TlsMaterial } from "./tls-material.ts";
import { callUnary } from "./unary-call.ts";

const authority = await createAuthority("ours");
const certificate = (role: ServiceRole, agentId?: string): Promise<TlsMaterial> =>
  authority.issue({
    name: role,
    uris: [identityUri({ swarmId: "test", role, ...(agentId === undefined ? {} : { agentId }) })],
  });
const own = await certificate("coordinator");

/** A document in memory that takes every change, and whose first watch tells what it is given. */
function documentOf(news: readonly WatchNews[] = []) {
  const changes: ChangeRequest[] = [];
  const readers: ContextReader[] = [];
  const watchedFrom: unknown[] = [];
  const unused = (): never => assert.fail("not called");
  const context: SharedContext = {
    read: () => Promise.resolve({ version: 9, document: { now: true } }),
    current: () => ({ version: 9, document: { now: true } }),
    patch(_, request) {
      changes.push(request);
      return Promise.resolve({ version: changes.length });
    },
    rollback: unused,
    history: unused,
    seenBy(reader) {
      readers.push(reader);
      return context;
    },
    watch(options) {
      watchedFrom.push(options?.fromVersion);
      const rest = watchedFrom.length === 1 ? [...news] : [];
      const closed = Promise.withResolvers<IteratorResult<WatchNews>>();
      const next = (): Promise<IteratorResult<WatchNews>> => {
        const value = rest.shift();
        return value === undefined ? closed.promise : Promise.resolve({ done: false, value });
      };
      const stats = () => ({
        health: "current" as const,
        version: 0,
        waiting: 0,
        behind: 0,
        behindMs: 0,
        told: 0,
        coalesced: 0,
        resyncs: 0,
        closed: false,
      });
      const close = (): void => closed.resolve({ done: true, value: undefined });
      return { next, close, stats, [Symbol.dispose]: close, [Symbol.asyncIterator]: unused };
    },
  };
  return { context, changes, readers, watchedFrom };
}

const notCalled = (): never => assert.fail("not called");
const noBudgets: ServedBudgets = {
  budgets: { apply: notCalled, list: notCalled, read: notCalled, reclaim: notCalled, holderOf: notCalled },
  rates: { refresh: notCalled, release: notCalled },
};

async function serve(context: SharedContext, tls?: TlsMaterial, served: ServedBudgets = noBudgets) {
  const server = await createRpcServer({
    swarmId: "test",
    processId: "coordinator",
    clock: clockAhead(0),
    events: () => undefined,
    insecure: false,
    ...(tls === undefined ? {} : { tls }),
    listen: { host: "127.0.0.1", port: 0 },
    coordination: { context, ...served },
  });
  return { ...server, [Symbol.asyncDispose]: () => server.close({ deadlineMs: 50 }) };
}

const clientOf = (address: string, tls?: TlsMaterial) => {
  const client = createContextClient(address, {
    swarmId: "test",
    insecure: false,
    ...(tls === undefined ? {} : { tls }),
  });
  return { ...client, [Symbol.dispose]: () => client.close() };
};

const patch = { kind: "merge", patch: { a: 1 } } as const;
const change = { reason: "", baseVersion: 0 };

test("an agent changes the document in its own name alone; an operator in the one it gives, or its role's", async () => {
  const { context, changes } = documentOf();
  await using server = await serve(context, own);
  using agent = clientOf(server.address, await certificate("agent", "a-*"));
  using operator = clientOf(server.address, await certificate("operator"));
  await agent.patch(patch, { ...change, author: "a-7" });
  for (const author of ["b-1", ""])
    await assert.rejects(agent.patch(patch, { ...change, author }), { code: "permission-denied", field: "author" });
  await operator.patch(patch, { ...change, author: "eve" });
  await operator.patch(patch, { ...change, author: "" });
  assert.deepEqual(
    changes.map(({ author }) => author),
    ["a-7", "eve", "operator"],
  );
});

test("a decision loop reads the document and does not change it", async () => {
  const { context, changes } = documentOf();
  await using server = await serve(context, own);
  using loop = clientOf(server.address, await certificate("decision-loop"));
  assert.deepEqual(await loop.read(), { version: 9, document: { now: true }, stale: false });
  await assert.rejects(loop.patch(patch, { ...change, author: "a" }), { code: "permission-denied" });
  await assert.rejects(loop.rollback(1, { ...change, author: "a" }), { code: "permission-denied" });
  assert.deepEqual(changes, []);
});

test("an agent is given what its certificate may see, other services everything, and without TLS everybody", async () => {
  const { context, readers } = documentOf();
  await using server = await serve(context, own);
  using agent = clientOf(server.address, await certificate("agent", "a-*"));
  using operator = clientOf(server.address, await certificate("operator"));
  await agent.read();
  const leaving = new AbortController();
  const told = agent.watch({ fromVersion: 3 }, leaving.signal).next();
  while (readers.length < 2) await new Promise(setImmediate);
  leaving.abort();
  await told;
  await operator.read();
  await using open = await serve(context);
  using anybody = clientOf(open.address);
  await anybody.read();
  const seen = readers.map((reader) =>
    reader === "everything" ? reader : [reader.speaksFor("a-1"), reader.speaksFor("b")],
  );
  assert.deepEqual(seen, [[true, false], [true, false], "everything", "everything"]);
});

test("a change that fits no message is told as the whole document, and the watch goes on after it", async () => {
  const entry = { kind: "change", author: "ops", reason: "", atMs: 1_700_000_000_000.5 } as const;
  const added = (after: Json) => [{ kind: "added", pointer: "/a~1b", after }] as const;
  const small: WatchNews = { ...entry, version: 4, baseVersion: 3, changes: added({ n: [1, null, "ö"] }) };
  const large: WatchNews = { ...entry, version: 5, baseVersion: 4, changes: added("x".repeat(300_000)) };
  const { context, watchedFrom } = documentOf([small, large]);
  await using server = await serve(context);
  using client = clientOf(server.address);
  const watch = client.watch({ fromVersion: 3 });
  assert.deepEqual((await watch.next()).value, small);
  assert.deepEqual((await watch.next()).value, {
    kind: "resync",
    cause: "large",
    fromVersion: 4,
    version: 9,
    document: { now: true },
  });
  assert.deepEqual(watchedFrom, [3, 9]);
  await watch.return(undefined);
});

test("a caller's signal ends its watch, in silence", async () => {
  await using server = await serve(documentOf().context);
  using client = clientOf(server.address);
  const leaving = new AbortController();
  const told = client.watch({}, leaving.signal).next();
  leaving.abort();
  assert.deepEqual(await told, { done: true, value: undefined });
});

test("an agent holds parts of budgets in its own name alone, and a decision loop none", async () => {
  const commands: unknown[] = [];
  const served: ServedBudgets = {
    ...noBudgets,
    budgets: {
      ...noBudgets.budgets,
      apply(command) {
        commands.push(command);
        return Promise.resolve({ kind: "done" });
      },
    },
  };
  await using server = await serve(documentOf().context, own, served);
  await using stack = new AsyncDisposableStack();
  const clientWith = (tls: TlsMaterial) =>
    stack.adopt(createBudgetClient(server.address, { swarmId: "test", insecure: false, tls }), (client) =>
      client.close(),
    );
  const request = {
    budgetId: "pool",
    requestId: "r",
    amounts: { credits: 1 },
    leaseMs: 60_000,
    holder: "a-7",
    priority: 0,
    keepPlaceMs: 2_000,
  };
  const agent = clientWith(await certificate("agent", "a-*")).budgets;
  await agent.apply({ kind: "allocate", request });
  for (const holder of ["b-1", ""])
    await assert.rejects(agent.apply({ kind: "allocate", request: { ...request, holder } }), {
      code: "permission-denied",
      field: "holder",
    });
  const loop = clientWith(await certificate("decision-loop")).budgets;
  await assert.rejects(loop.apply({ kind: "allocate", request }), { code: "permission-denied" });
  await assert.rejects(loop.apply({ kind: "close", budgetId: "pool" }), { code: "permission-denied" });
  assert.deepEqual(commands, [{ kind: "allocate", request }]);
});

test("a policy that names no base is refused, unless it says that it overwrites", async () => {
  const commands: unknown[] = [];
  const apply: ServedBudgets["budgets"]["apply"] = (command) => {
    commands.push(command);
    return Promise.resolve({ kind: "done" });
  };
  await using server = await serve(documentOf().context, undefined, {
    ...noBudgets,
    budgets: { ...noBudgets.budgets, apply },
  });
  await using stack = new AsyncDisposableStack();
  const security = { swarmId: "test", insecure: false };
  const channel = stack.adopt(openChannel(server.address, security, { swarmId: "test", role: "coordinator" }), (open) =>
    open.close(),
  );
  const { AmendBudget: method } = serviceDefinitions().context;
  const call = { channel, metadata: callMetadata("test"), deadlineMs: 2_000, method };
  const policy = { reserves: { emergency: 10 }, tiers: {}, exhaustion: { kind: "fail" } } as const;
  await assert.rejects(callUnary({ ...call, request: { budgetId: "pool", policy } }), {
    code: "invalid-argument",
    field: "base",
  });
  assert.deepEqual(commands, []);
  await callUnary({ ...call, request: { budgetId: "pool", policy, overwrite: true } });
  await callUnary({ ...call, request: { budgetId: "pool", policy, base: policy } });
  const { budgets } = stack.adopt(createBudgetClient(server.address, security), (client) => client.close());
  await budgets.apply({ kind: "amend", budgetId: "pool", policy });
  const amend = { kind: "amend", budgetId: "pool", policy };
  assert.deepEqual(commands, [amend, { ...amend, base: policy }, amend]);
});
