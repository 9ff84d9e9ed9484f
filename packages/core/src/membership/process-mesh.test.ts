import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createProcessMesh } from "./process-mesh.ts";

const members = fc
  .array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 })
  .map((sizes) =>
    sizes.flatMap((size, process) =>
      Array.from({ length: size }, (_, index) => ({ agentId: `a-${index}-of-${process}`, processId: `p-${process}` })),
    ),
  );

test("everybody listens to somebody of each other process and to nobody of the own one, and the relation is symmetric", () => {
  fc.assert(
    fc.property(members, (all) => {
      const mesh = createProcessMesh(all);
      const processOf = new Map(all.map(({ agentId, processId }) => [agentId, processId]));
      for (const { agentId, processId } of all) {
        const heard = mesh.neighboursOf(agentId);
        const others = new Set(processOf.values());
        others.delete(processId);
        assert.deepEqual(new Set(heard.map((id) => processOf.get(id))), others);
        for (const id of heard) assert.ok(mesh.neighboursOf(id).includes(agentId), `${id} does not hear ${agentId}`);
      }
    }),
  );
});

test("between processes of equal size there is one neighbour for each other process", () => {
  const all = Array.from({ length: 12 }, (_, index) => ({ agentId: `a-${index}`, processId: `p-${index % 4}` }));
  const mesh = createProcessMesh(all);
  for (const { agentId } of all) assert.equal(mesh.neighboursOf(agentId).length, 3);
});

test("a stranger has no neighbours", () => {
  assert.deepEqual(createProcessMesh([{ agentId: "a", processId: "p" }]).neighboursOf("b"), []);
});
