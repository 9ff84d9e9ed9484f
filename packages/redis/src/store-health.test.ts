import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeEvent, StoreStatus } from "@entrain/ports";
import { createStoreHealth } from "./store-health.ts";

test("watchers and events are told of each change once, and a connection that ends on purpose is no event", () => {
  const events: RuntimeEvent[] = [];
  const told: StoreStatus[] = [];
  const health = createStoreHealth((event) => events.push(event));
  health.watch((status) => told.push(status));
  const up = { up: true, generation: 1 };
  health.set(up);
  health.set(up);
  health.end();
  health.set({ up: false });
  assert.deepEqual(events, [{ kind: "store.changed", ...up }]);
  assert.deepEqual(told, [up, { up: false, generation: 1 }]);
  assert.equal(health.status().up, false);
});
