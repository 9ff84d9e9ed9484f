import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSseParser, type SseEvent } from "./sse-parser.ts";

function parse(...chunks: string[]): SseEvent[] {
  const events: SseEvent[] = [];
  const feed = createSseParser((event) => events.push(event));
  for (const chunk of chunks) feed(chunk);
  return events;
}

const stream =
  ': ok\n\nid: 1\nevent: agent.dead\ndata: {"agentId":"a"}\n\ndata: one\ndata:two\n\nid: 2\n\nevent: x\n\n';
const expected: SseEvent[] = [
  { type: "agent.dead", data: '{"agentId":"a"}', lastId: "1" },
  { type: "message", data: "one\ntwo", lastId: "1" },
];

test("events have type, data and the last id; comments and events without data are none", () => {
  assert.deepEqual(parse(stream), expected);
});

test("a stream means the same however it is cut and whatever ends its lines", () => {
  fc.assert(
    fc.property(fc.constantFrom("\n", "\r\n", "\r"), fc.array(fc.nat(stream.length * 2)), (newline, cuts) => {
      const text = stream.replaceAll("\n", newline);
      const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort((a, b) => a - b);
      const chunks = at.slice(1).map((end, index) => text.slice(at[index], end));
      assert.deepEqual(parse(...chunks), expected);
    }),
  );
});

test("an unfinished event is not told", () => {
  assert.deepEqual(parse("data: half\n"), []);
});
