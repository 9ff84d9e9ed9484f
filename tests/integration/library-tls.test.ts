/** Agents with certificates: those of one authority exchange their phases, others stay outside the rhythm plane. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createAuthority } from "@entrain/certificates";
import { identityUri } from "@entrain/rpc";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type TlsMaterial } from "entrain";

/** One certificate for every agent of the swarm. */
async function certificatesOf(authority: string): Promise<TlsMaterial> {
  const uris = [identityUri({ swarmId: "tls", role: "agent", agentId: "*" })];
  return (await createAuthority(authority)).issue({ name: "agents", uris });
}

test("agents with certificates of one authority are peers; with another's, or with none, they are not", async () => {
  await using redis = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const start = async (agentId: string, tls?: TlsMaterial) => {
    const registry = new Registry();
    const options = { swarm: "tls", redis: redis.url, rhythm: { periodMs: 100 }, agentId, registry };
    const agent = stack.use(createAgent({ ...options, ...(tls === undefined ? {} : { tls }) }));
    await agent.start();
    return async (state: "connected" | "wanted") => {
      const text = await registry.metrics();
      return Number(new RegExp(`^entrain_peers_${state} (\\d+)$`, "m").exec(text)?.[1]);
    };
  };
  const ours = await certificatesOf("ours");
  const peers = [await start("a", ours), await start("b", ours)] as const;
  for (const of of peers) await waitFor("the two to be connected", async () => (await of("connected")) === 1);

  const strangers = [await start("foreign", await certificatesOf("theirs")), await start("bare")] as const;
  for (const of of [...peers, ...strangers]) await waitFor("all to be known", async () => (await of("wanted")) === 3);
  for (const of of strangers) assert.equal(await of("connected"), 0);
  for (const of of peers) assert.equal(await of("connected"), 1);
});

test("certificates that cannot be read, and TLS beside insecure, refuse the start", async () => {
  const options = { swarm: "tls", redis: "redis://127.0.0.1:1" };
  const ours = await certificatesOf("ours");
  const broken = createAgent({ ...options, tls: { ...ours, key: "no key" } });
  await assert.rejects(broken.start(), { code: "invalid-config" });
  const both = createAgent({ ...options, tls: ours, insecure: true });
  await assert.rejects(both.start(), { code: "invalid-config" });
});
