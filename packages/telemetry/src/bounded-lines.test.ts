import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { boundedLines } from "./bounded-lines.ts";

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function linesOf(text: string, size: number, bytesMax: number) {
  const lines = [];
  for await (const line of boundedLines(chunked(Buffer.from(text), size), bytesMax)) lines.push(line);
  return lines;
}

test("however the bytes are cut, the lines are the same", async () => {
  const content = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n", "\r\n", ",") }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 9 }), async (parts, size) => {
      const text = parts.join("");
      const expected = text.split("\n").map((line) => line.replace(/\r$/, ""));
      if (expected.at(-1) === "") expected.pop();
      const lines = await linesOf(text, size, 1_000);
      assert.deepEqual(
        lines.map((line) => line.text),
        expected,
      );
      assert.deepEqual(
        lines.map(({ line }) => line),
        expected.map((_, index) => index + 1),
      );
    }),
    { numRuns: 200 },
  );
});

test("a line over the bound is told by its number, and the next one is whole", async () => {
  assert.deepEqual(await linesOf(`ok\n${"x".repeat(50)}\nfine\n${"y".repeat(11)}`, 4, 10), [
    { line: 1, text: "ok" },
    { line: 2, text: undefined },
    { line: 3, text: "fine" },
    { line: 4, text: undefined },
  ]);
  assert.deepEqual(await linesOf("1234567890\n", 3, 10), [{ line: 1, text: "1234567890" }], "the bound itself fits");
});

test("a byte-order mark is left out at the start and nowhere else", async () => {
  assert.deepEqual(
    (await linesOf("\uFEFFa\n\uFEFFb", 2, 10)).map(({ text }) => text),
    ["a", "\uFEFFb"],
  );
});
