import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemberRecord } from "@entrain/core/membership";
import { createOwnRoles } from "./own-roles.ts";

function memberOf(agentId: string, given: Partial<MemberRecord> = {}): MemberRecord {
  const place = { processId: "p", host: "h", pid: 1, address: "", opsUrl: "" };
  return { agentId, incarnation: 3, state: "alive", health: 1, joinedAtMs: 0, changedAtMs: 0, ...place, ...given };
}

test("each own agent's role is told at first and when it changes, and nobody else's", () => {
  const said: string[] = [];
  const roles = createOwnRoles({
    ...{ agentIds: ["a", "b"], incarnation: 3 },
    onRole: (agentId, role) => said.push(`${agentId} ${role}`),
  });
  const see = (...members: readonly MemberRecord[]): void => {
    roles.setView({ version: 1, members: new Map(members.map((member) => [member.agentId, member])) });
  };
  see(memberOf("a"), memberOf("x", { role: "primary" }));
  see(memberOf("a"), memberOf("b", { role: "backup" }));
  see(memberOf("a", { role: "primary" }), memberOf("b", { state: "dead" }));
  see(memberOf("a", { role: "safe-mode", incarnation: 4 }), memberOf("b"));
  assert.deepEqual(said, ["a standby", "b backup", "a primary", "b standby"]);
});
