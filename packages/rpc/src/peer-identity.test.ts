import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceDefinitions } from "./load-proto.ts";
import { checkRole } from "./method-roles.ts";
import { checkSpeaker, identityOf, identityUri, peerOf, unidentifiedPeer, type PeerIdentity } from "./peer-identity.ts";

const certificateWith = (...uris: string[]) => ({
  subjectaltname: [...uris.map((uri) => `URI:${uri}`), "DNS:localhost"].join(", "),
});
const refused = { code: "permission-denied" };

test("an identity is read as it was written", () => {
  const identities: PeerIdentity[] = [
    { swarmId: "orders", role: "agent", agentId: "a-1" },
    { swarmId: "orders", role: "agent", agentId: "a-*" },
    { swarmId: "orders", role: "agent", agentId: "*" },
    { swarmId: "orders", role: "console" },
  ];
  for (const identity of identities)
    assert.deepEqual(identityOf(certificateWith(identityUri(identity)), "orders"), identity);
});

test("an agent speaks for itself, a process of many for those whose names begin so, a service for none", () => {
  const speaksFor = (agentId: string, other: string): boolean =>
    peerOf({ swarmId: "orders", role: "agent", agentId }).speaksFor(other);
  assert.deepEqual(
    [
      speaksFor("a-1", "a-1"),
      speaksFor("a-1", "a-10"),
      speaksFor("a-*", "a-10"),
      speaksFor("a-*", "b-1"),
      speaksFor("*", "b"),
    ],
    [true, false, true, false, true],
  );
  assert.throws(() => checkSpeaker(peerOf({ swarmId: "orders", role: "console" }), "agent_id", "a-1"), refused);
  checkSpeaker(unidentifiedPeer, "agent_id", "a-1");
});

test("no identity, two of them, another swarm's, or one that is none, is refused", () => {
  const own = identityUri({ swarmId: "orders", role: "console" });
  for (const certificate of [
    {},
    certificateWith(),
    certificateWith(own, own),
    certificateWith("spiffe://entrain/orders/king"),
    certificateWith("spiffe://entrain/orders/agent"),
    certificateWith("spiffe://entrain/orders/agent/"),
    certificateWith("spiffe://entrain/orders/agent/*a"),
    certificateWith("spiffe://entrain/orders/console/x"),
    certificateWith("https://entrain/orders/console"),
    { subjectaltname: `DNS:"x, URI:${own}, y"` },
  ])
    assert.throws(() => identityOf(certificate, "orders"), refused, JSON.stringify(certificate));
  assert.throws(
    () => identityOf(certificateWith(own), "billing"),
    /for swarm "orders", this process belongs to "billing"/,
  );
});

test("every service says who may call it; a role that is not named may not, and without TLS all may", () => {
  const { agent, decision, phase } = serviceDefinitions();
  for (const { path } of [...Object.values(agent), ...Object.values(decision), ...Object.values(phase)]) {
    const may = (["agent", "decision-loop", "coordinator", "console", "operator"] as const).filter((role) => {
      try {
        checkRole({ role, speaksFor: () => false }, path);
        return true;
      } catch {
        return false;
      }
    });
    assert.ok(may.length > 0 && may.length < 5, `${path}: ${may.join(", ")}`);
    checkRole(unidentifiedPeer, path);
  }
  assert.throws(() => checkRole({ role: "operator", speaksFor: () => false }, "/entrain.v1.NewService/Do"), refused);
});
