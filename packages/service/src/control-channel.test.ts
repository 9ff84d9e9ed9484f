import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { parseControlLine } from "./control-message.ts";

const module = pathToFileURL(join(import.meta.dirname, "control-channel.ts")).href;
const program = `
const { openControlChannel } = await import(${JSON.stringify(module)});
const channel = openControlChannel(Number(process.env.ENTRAIN_CONTROL_FD));
channel.closed.addEventListener("abort", () => { channel.close(); process.exitCode = 7; });
channel.sayReady({ name: "probe", opsUrl: "http://127.0.0.1:1" });
`;

function startService(t: TestContext): { child: ChildProcess; channel: Duplex } {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    env: { ...process.env, ENTRAIN_CONTROL_FD: "3" },
  });
  t.after(() => child.kill("SIGKILL"));
  return { child, channel: child.stdio[3] as Duplex };
}

test("a service says that it is ready and lives on; it ends when the supervisor closes its end", async (t) => {
  const { child, channel } = startService(t);
  const [line] = (await once(createInterface({ input: channel }), "line")) as [string];
  assert.deepEqual(parseControlLine(line), {
    kind: "ready",
    name: "probe",
    pid: child.pid,
    opsUrl: "http://127.0.0.1:1",
  });
  assert.equal(child.exitCode, null);
  channel.destroy();
  assert.deepEqual(await once(child, "exit"), [7, null]);
});
