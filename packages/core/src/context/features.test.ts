import assert from "node:assert/strict";
import { test } from "node:test";
import { featureOf, isSwarmMode } from "./features.ts";

const withFeatures = (features: Readonly<Record<string, boolean | number | string | null>>) => ({
  configuration: { features },
});

test("a flag is what the document says, and nothing where it does not", () => {
  const document = withFeatures({ nightMode: true, share: 0.25, theme: "dark", gone: null });
  assert.deepEqual(
    ["nightMode", "share", "theme", "gone", "other", "toString"].map((name) => featureOf(document, name)),
    [true, 0.25, "dark", undefined, undefined, undefined],
  );
  for (const nonsense of [{}, { configuration: 1 }, { configuration: { features: [] } }])
    assert.equal(featureOf(nonsense, "nightMode"), undefined);
});

test("the swarm mode is on unless the document says false", () => {
  for (const on of [{}, withFeatures({}), withFeatures({ swarmMode: true }), withFeatures({ swarmMode: "false" })])
    assert.equal(isSwarmMode(on), true);
  assert.equal(isSwarmMode(withFeatures({ swarmMode: false })), false);
});
