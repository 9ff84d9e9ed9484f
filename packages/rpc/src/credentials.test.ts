/** TLS on both sides, and the refusal to do without it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthority } from "@entrain/certificates";
import { channelCredentials, serverTls } from "./credentials.ts";
import { createDecisionClient } from "./decision-client.ts";
import { clockAhead, eventually, frameOf } from "./loopback-process.ts";
import { identityUri } from "./peer-identity.ts";
import { createPhaseTransport } from "./phase-transport.ts";
import { createRpcServer } from "./rpc-server.ts";
import { sampleDecider } from "./sample-decision.ts";

const [ourAuthority, theirAuthority] = await Promise.all([createAuthority("ours"), createAuthority("theirs")]);
const agentUri = identityUri({ swarmId: "test", role: "agent", agentId: "agent-*" });
const loopUri = identityUri({ swarmId: "test", role: "decision-loop" });
const ours = await ourAuthority.issue({ name: "agents", uris: [agentUri] });
const loop = await ourAuthority.issue({ name: "loop", uris: [loopUri] });
const theirs = await theirAuthority.issue({ name: "agents", uris: [agentUri] });
const clock = clockAhead(0);
const base = { swarmId: "test", clock, events: () => undefined, insecure: false };

test("with certificates of one authority calls and phases go through, also after a loss; others are not let in", async () => {
  await using cleanup = new AsyncDisposableStack();
  const [a, b] = ["a", "b"].map((processId) =>
    cleanup.adopt(createPhaseTransport({ ...base, processId, tls: ours }), (transport) => transport.close()),
  );
  const listen = { host: "127.0.0.1", port: 0 };
  const serverOptions = { ...base, processId: "b", tls: ours, phase: b! };
  const first = await createRpcServer({ ...serverOptions, listen });
  cleanup.defer(() => first.close({ deadlineMs: 50 }));
  a!.setPeers(new Map([["b", { address: first.address }]]));
  await eventually("they are connected", () => a!.connectedPeers().length === 1);
  await first.close({ deadlineMs: 50 });
  await eventually("the loss is noticed", () => a!.connectedPeers().length === 0);
  // A redial knocks first, and must show its certificate there, too.
  const server = await createRpcServer({ ...serverOptions, listen: { ...listen, port: first.port } });
  cleanup.defer(() => server.close({ deadlineMs: 50 }));
  let heard = 0;
  b!.onFrame(() => (heard += 1));
  await eventually("a frame arrives", () => {
    a!.send("b", frameOf(1));
    return heard > 0;
  });

  const decider = await createRpcServer({ ...base, processId: "l", tls: loop, decider: sampleDecider(), listen });
  cleanup.defer(() => decider.close({ deadlineMs: 50 }));
  const question = { agentId: "agent-1", incarnation: 1, reading: { temperature: 85 } };
  const friend = cleanup.adopt(createDecisionClient(decider.address, { ...base, tls: ours }), (client) =>
    client.close(),
  );
  assert.equal((await friend.decide(question)).source, "committed");
  const strangers = [{ tls: theirs }, { tls: { ...ours, ca: theirs.ca } }, { tls: { ...theirs, ca: ours.ca } }, {}];
  for (const security of strangers) {
    const stranger = createDecisionClient(decider.address, { ...base, ...security, deadlineMs: 2_000 });
    cleanup.defer(() => stranger.close());
    await assert.rejects(stranger.decide(question), { code: "unavailable" });
  }
});

test("without TLS only loopback is listened on, unless it is said explicitly; both together contradict each other", () => {
  const callee = { swarmId: "test", role: "agent" } as const;
  for (const host of ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
    assert.equal(serverTls({ insecure: false }, host), undefined);
  for (const host of ["0.0.0.0", "::", "10.0.0.7", "agents.example"])
    assert.throws(() => serverTls({ insecure: false }, host), { code: "invalid-config", field: "listen" });
  assert.equal(serverTls({ insecure: true }, "10.0.0.7"), undefined);
  assert.ok(serverTls({ insecure: false, tls: ours }, "10.0.0.7"));
  assert.throws(() => serverTls({ insecure: true, tls: ours }, "10.0.0.7"), {
    code: "invalid-config",
    field: "insecure",
  });
  assert.throws(
    () => channelCredentials({ insecure: false, tls: { ...ours, key: theirs.key } }, callee, () => undefined),
    {
      code: "invalid-config",
      field: "tls",
    },
  );
});
