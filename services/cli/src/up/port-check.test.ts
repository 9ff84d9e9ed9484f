import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { exitCodeOf } from "../exit-code.ts";
import { checkPortIsFree } from "./port-check.ts";

test("a port in use is refused with exit code 2 and a remedy; a free one is not, nor is 0", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await assert.rejects(checkPortIsFree("--port", port, "127.0.0.1"), (thrown) => {
    assert.ok(thrown instanceof EntrainError);
    assert.equal(
      thrown.message,
      `--port is ${port}: somebody else listens on it already; choose another, or --port 0 for any that is free`,
    );
    assert.equal(exitCodeOf(thrown), 2);
    return true;
  });
  other.close();
  await once(other, "close");
  await checkPortIsFree("--port", port, "127.0.0.1");
  await checkPortIsFree("--port", 0, "127.0.0.1");
});
