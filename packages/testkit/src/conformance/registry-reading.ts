/** What a registry shows of its members, for those who check it. */
import assert from "node:assert/strict";
import { applyDelta, type MembershipView } from "@entrain/core/membership";
import type { Registry } from "@entrain/ports";

/** Of an agent; undefined where it is not listed. */
export async function stateOf(registry: Registry, agentId: string): Promise<string | undefined> {
  return (await registry.snapshot()).members.get(agentId)?.state;
}

/** The view after `before` by its deltas; fails on a gap. */
export async function follow(registry: Registry, before: MembershipView): Promise<MembershipView> {
  const changes = await registry.changesSince(before.version);
  assert.notEqual(changes, "resync");
  let view = before;
  for (const delta of changes === "resync" ? [] : changes) {
    const next = applyDelta(view, delta);
    assert.ok(next, `a gap before version ${delta.version}`);
    view = next;
  }
  return view;
}
