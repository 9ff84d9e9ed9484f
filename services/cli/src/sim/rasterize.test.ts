/** Pictures of plots: what their files say, and that their letters are drawn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { phaseCirclePlot } from "@entrain/simulator";
import { createRasterizer } from "./rasterize.ts";

test("a plot becomes a PNG of twice its size, the same bytes every time, with its words in it", async () => {
  const rasterize = await createRasterizer();
  const png = Buffer.from(rasterize(phaseCirclePlot([0, 1, 2], "a title")));
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1_440, 800]);
  assert.ok(png.equals(rasterize(phaseCirclePlot([0, 1, 2], "a title"))));
  assert.ok(!png.equals(rasterize(phaseCirclePlot([0, 1, 2], "another"))), "without a typeface both look the same");
});
