import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { labelAt, labelsOf, possibleTexts, roomFor } from "./phase-labels.ts";

const pointAt = (agentId: string, phaseRad: number) => ({ agentId, phaseRad, isLeader: false });

test("points that are close have one name, which says how many they are", () => {
  const points = [pointAt("a", 0.05), pointAt("b", 3), pointAt("c", 2 * Math.PI - 0.05)];
  assert.deepEqual(labelsOf(points), [
    { phaseRad: 0.05, text: "2 agents" },
    { phaseRad: 3, text: "b" },
  ]);
  assert.deepEqual(possibleTexts(points), ["a", "b", "c", "3 agents"]);
  assert.deepEqual(labelsOf([]), []);
});

test("wherever a point is, its name lies inside the canvas and not on the point", () => {
  const sizes = fc.double({ min: 100, max: 2_000, noNaN: true });
  const phases = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
  const widths = fc.double({ min: 10, max: 400, noNaN: true });
  const [pointPx, halfLinePx] = [8, 7];
  fc.assert(
    fc.property(sizes, phases, widths, (size, phaseRad, widest) => {
      const { radius, widthMax } = roomFor(widest, size);
      const { x, y } = labelAt(phaseRad, radius, widthMax);
      const half = size / 2;
      assert.ok(x >= -half && x + widthMax <= half, `${x} to ${x + widthMax} of ${half}`);
      assert.ok(Math.abs(y) + halfLinePx <= half, `${y} of ${half}`);
      const [pointX, pointY] = [radius * Math.sin(phaseRad), -radius * Math.cos(phaseRad)];
      const beside = Math.max(x - pointX, pointX - (x + widthMax), 0);
      const above = Math.max(Math.abs(y - pointY) - halfLinePx, 0);
      assert.ok(Math.hypot(beside, above) >= pointPx, `${beside}, ${above} from the point`);
    }),
  );
});
