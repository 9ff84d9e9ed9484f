/** Messages that are not kept, between processes with TLS: only what matches is told, and nobody speaks for another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthority } from "@entrain/certificates";
import type { LiveMessage, RuntimeEvent } from "@entrain/ports";
import { clockAhead, eventually } from "./loopback-process.ts";
import { createMessageLinks } from "./message-links.ts";
import { identityUri, type PeerIdentity } from "./peer-identity.ts";
import { createRpcServer } from "./rpc-server.ts";

const authority = await createAuthority("ours");
const clock = clockAhead(0);

/** A process whose certificate says who it is. */
async function startProcess(processId: string, identity: Omit<PeerIdentity, "swarmId">) {
  const tls = await authority.issue({ name: "test", uris: [identityUri({ swarmId: "test", ...identity })] });
  const events: RuntimeEvent[] = [];
  const base = {
    swarmId: "test",
    processId,
    clock,
    tls,
    insecure: false,
    events: (e: RuntimeEvent) => void events.push(e),
  };
  const links = createMessageLinks(base);
  // A busy host answers late, pings too.
  const keepalive = { timeMs: 10_000, timeoutMs: 10_000 };
  const listen = { host: "127.0.0.1", port: 0 };
  const server = await createRpcServer({ ...base, listen, keepalive, messages: links });
  const heard: LiveMessage[] = [];
  links.onMessage((message) => heard.push(message));
  return {
    ...{ processId, links, server, events, heard },
    async [Symbol.asyncDispose]() {
      await links.close();
      await server.close({ deadlineMs: 50 });
    },
  };
}

const peersOf = (
  ...processes: readonly { readonly processId: string; readonly server: { readonly address: string } }[]
) => new Map(processes.map(({ processId, server }) => [processId, { address: server.address }]));

const message = (topic: string, payload: number, agentId = "a-1"): LiveMessage => {
  const trace = { traceparent: "00-1", tracestate: "vendor=a" };
  return { messageId: `m/${payload}`, topic, payload, headers: { kind: "tick" }, agentId, trace };
};

test("a listener hears what its patterns match from every peer, and nothing once it wants nothing", async () => {
  await using one = await startProcess("p1", { role: "agent", agentId: "a-*" });
  await using other = await startProcess("p2", { role: "agent", agentId: "b-1" });
  assert.deepEqual(one.links.publish(message("ticks/1", 0)), { given: 0, dropped: 0 });
  other.links.setPeers(peersOf(one, other));
  other.links.setPatterns(["ticks/+", "ticks/+"]);
  await eventually("the stream is there", () => other.links.heard() === 1);
  assert.deepEqual(one.links.publish(message("ticks/1", 1)), { given: 1, dropped: 0 });
  assert.deepEqual(one.links.publish(message("tocks/1", 2)), { given: 0, dropped: 0 });
  assert.deepEqual(one.links.publish(message("ticks/2", 3)), { given: 1, dropped: 0 });
  await eventually("both are heard", () => other.heard.length === 2);
  assert.deepEqual(other.heard, [message("ticks/1", 1), message("ticks/2", 3)]);
  other.links.setPatterns([]);
  await eventually("nobody listens", () => one.links.publish(message("ticks/1", 4)).given === 0);
  assert.equal(other.links.heard(), 0);
});

test("what a process says in the name of an agent that its certificate does not speak for is refused and counted", async () => {
  await using liar = await startProcess("p1", { role: "agent", agentId: "a-1" });
  await using honest = await startProcess("p2", { role: "agent", agentId: "b-1" });
  honest.links.setPeers(peersOf(liar));
  honest.links.setPatterns(["#"]);
  await eventually("the stream is there", () => honest.links.heard() === 1);
  liar.links.publish(message("ticks", 1, "b-1"));
  liar.links.publish(message("ticks", 2, "a-1"));
  await eventually("the true one is heard", () => honest.heard.length === 1);
  assert.equal(honest.heard[0]?.payload, 2);
  const refused = honest.events.flatMap((event) => (event.kind === "message.dropped" ? [event] : []));
  assert.deepEqual([refused.length, refused[0]?.cause], [1, "refused"]);
  assert.match(refused[0]?.message ?? "", /permission-denied: agent_id is "b-1"/);
});

test("who is no agent may not listen, and hears why once", async () => {
  await using one = await startProcess("p1", { role: "agent", agentId: "a-1" });
  await using console = await startProcess("p2", { role: "console" });
  console.links.setPeers(peersOf(one));
  console.links.setPatterns(["#"]);
  await eventually("it is told", () =>
    console.events.some((event) => event.kind === "follow.failed" && event.code === "permission-denied"),
  );
  assert.equal(one.links.publish(message("ticks", 1)).given, 0);
});

test("a listener that does not read in time loses messages, which are counted, and its publisher does not wait", async () => {
  await using one = await startProcess("p1", { role: "agent", agentId: "a-1" });
  await using other = await startProcess("p2", { role: "agent", agentId: "b-1" });
  other.links.setPeers(peersOf(one));
  other.links.setPatterns(["#"]);
  await eventually("the stream is there", () => other.links.heard() === 1);
  let [given, dropped] = [0, 0];
  // Within one turn of the loop nothing can be read.
  for (let n = 0; n < 2_000; n++) {
    const spread = one.links.publish(message("ticks", n));
    given += spread.given;
    dropped += spread.dropped;
  }
  assert.ok(given >= 256 && dropped > 0 && given + dropped === 2_000, `${given} given, ${dropped} dropped`);
  await eventually("what was given is heard", () => other.heard.length === given);
});
