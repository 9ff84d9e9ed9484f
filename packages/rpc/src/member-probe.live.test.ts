/** Probes between real servers. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import type { ProbeHelper } from "@entrain/ports";
import { clockAhead, eventually } from "./loopback-process.ts";
import { createMemberProbe } from "./member-probe.ts";
import { createRpcServer } from "./rpc-server.ts";

const nobody: ProbeHelper = { probeFor: () => Promise.resolve("silent") };

async function startProcess(processId: string, probeHelper: ProbeHelper = nobody) {
  const server = await createRpcServer({
    ...{ listen: { host: "127.0.0.1", port: 0 }, swarmId: "test", processId, insecure: false, clock: clockAhead(0) },
    events: () => undefined,
    probeHelper,
  });
  const { address } = server;
  return {
    processId,
    address,
    drain: () => server.drain(),
    [Symbol.asyncDispose]: () => server.close({ deadlineMs: 50 }),
  };
}

function openProbe(lookAfterMs = 50) {
  const probe = createMemberProbe({ swarmId: "test", insecure: false, lookAfterMs });
  return {
    ...probe,
    [Symbol.dispose]: () => {
      probe.keepOnly([]);
    },
  };
}

test("a process answers, and refuses once it is gone, also where another has its place", async () => {
  using probe = openProbe();
  const process = await startProcess("p-1");
  assert.equal(await probe.ask(process, 5_000), "answered");
  assert.equal(await probe.ask({ ...process, processId: "p-before" }, 5_000), "refused");
  await process[Symbol.asyncDispose]();
  assert.equal(await probe.ask(process, 5_000), "refused", "also over a connection that was held");
});

/** A way to a process that counts the connections over it. */
async function startGate(to: number | undefined) {
  let opened = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket.on("error", () => undefined));
  };
  const gate = createServer((socket) => {
    opened += 1;
    keep(socket);
    if (to === undefined) return;
    const onwards = connect(to, "127.0.0.1");
    keep(onwards);
    socket.pipe(onwards).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(gate, "listening");
  return {
    address: `127.0.0.1:${(gate.address() as AddressInfo).port}`,
    opened: () => opened,
    [Symbol.dispose]() {
      gate.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test("a process that is draining answers probes, and probes for others, until it has stopped", async () => {
  using probe = openProbe();
  await using process = await startProcess("p-1", { probeFor: () => Promise.resolve("answered") });
  process.drain();
  assert.equal(await probe.ask(process, 5_000), "answered");
  const target = { processId: "p-2", address: "127.0.0.1:1" };
  assert.equal(await probe.askThrough(process, target, 5_000), "answered");
});

test("probes that are answered share one connection, and open no other beside it", async () => {
  using probe = openProbe(60_000);
  await using process = await startProcess("p-1");
  using gate = await startGate(Number(process.address.split(":")[1]));
  const { processId } = process;
  for (let at = 0; at < 3; at++)
    assert.equal(await probe.ask({ processId, address: gate.address }, 60_000), "answered");
  assert.equal(gate.opened(), 1);
});

test("beside a call that is not answered soon a connection is opened, to see whether anybody listens", async () => {
  using probe = openProbe();
  using gate = await startGate(undefined);
  const asked = probe.ask({ processId: "p-1", address: gate.address }, 10_000);
  await eventually("both to be open", () => gate.opened() === 2);
  probe.keepOnly([]);
  assert.equal(await asked, "silent");
});

test("a process that accepts connections and says nothing is silent when its time is over", async () => {
  using probe = openProbe();
  await using stack = new AsyncDisposableStack();
  const mute = createServer((socket) => stack.defer(() => void socket.destroy())).listen(0, "127.0.0.1");
  stack.defer(() => void mute.close());
  await once(mute, "listening");
  const address = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
  assert.equal(await probe.ask({ processId: "p-1", address }, 100), "silent");
});

test("a helper says what it found, and one that is gone is no evidence", async () => {
  using probe = openProbe();
  const asked: [string, number][] = [];
  const helper = await startProcess("helper", {
    probeFor(processId, timeoutMs) {
      asked.push([processId, timeoutMs]);
      return Promise.resolve("answered");
    },
  });
  const target = { processId: "p-2", address: "127.0.0.1:1" };
  assert.equal(await probe.askThrough(helper, target, 1_000), "answered");
  assert.deepEqual(asked, [["p-2", 800]]);
  await helper[Symbol.asyncDispose]();
  assert.equal(await probe.askThrough(helper, target, 200), "silent");
});
