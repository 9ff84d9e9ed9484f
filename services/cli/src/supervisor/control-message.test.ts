import assert from "node:assert/strict";
import { test } from "node:test";
import { parseControlLine } from "./control-message.ts";

const ready = { kind: "ready", name: "agent-1", pid: 7, opsUrl: "http://127.0.0.1:1" };

test("a ready message is read with its gRPC address if there is one", () => {
  assert.deepEqual(parseControlLine(JSON.stringify(ready)), ready);
  const withGrpc = { ...ready, grpcAddress: "127.0.0.1:2" };
  assert.deepEqual(parseControlLine(JSON.stringify(withGrpc)), withGrpc);
});

test("what is not ours is passed over", () => {
  for (const line of ["", "{", "null", "[]", "7", '{"kind":"ready"}', JSON.stringify({ ...ready, pid: "7" })])
    assert.equal(parseControlLine(line), undefined, line);
});
