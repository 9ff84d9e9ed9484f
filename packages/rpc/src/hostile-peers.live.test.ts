/**
 * Who ought not to be let in, against a server with TLS that works all the while: each is refused and counted, and
 * decisions go on as if nobody were there.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { gzipSync } from "node:zlib";
import { Client, Metadata, status as Status, type ServiceError } from "@grpc/grpc-js";
import { createAuthority, type CertificateRequest } from "@entrain/certificates";
import { EntrainError } from "@entrain/kernel";
import type { RuntimeEvent } from "@entrain/ports";
import { createAgentClient } from "./agent-client.ts";
import { channelCredentials } from "./credentials.ts";
import { createDecisionClient } from "./decision-client.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { clockAhead, eventually, frameOf } from "./loopback-process.ts";
import { identityUri, type PeerIdentity } from "./peer-identity.ts";
import { createPhaseTransport } from "./phase-transport.ts";
import { createRpcServer } from "./rpc-server.ts";
import { sampleDecider, sampleProcess } from "./sample-decision.ts";
import type { TlsMaterial, TlsSource } from "./tls-material.ts";

const [ours, theirs] = await Promise.all([createAuthority("ours"), createAuthority("theirs")]);
const clock = clockAhead(0);
const listen = { host: "127.0.0.1", port: 0 };
const question = { agentId: "a-1", incarnation: 1, reading: { temperature: 85 } };

function sign(identity: Omit<PeerIdentity, "swarmId">, more: Partial<CertificateRequest> = {}, by = ours) {
  const uris = [identityUri({ swarmId: "test", ...identity })];
  return by.issue({ name: "test", uris, ...more });
}

/** A decision loop with TLS, and an agent that asks it. */
async function startLoop(tls: TlsMaterial | TlsSource, own: TlsMaterial | TlsSource) {
  const events: RuntimeEvent[] = [];
  const base = { swarmId: "test", clock, insecure: false, events: (event: RuntimeEvent) => void events.push(event) };
  // A busy host answers late, pings too; who is given up for it is not what is asked here.
  const keepalive = { timeMs: 10_000, timeoutMs: 10_000 };
  const server = await createRpcServer({ ...base, processId: "l", tls, listen, keepalive, decider: sampleDecider() });
  const agent = createDecisionClient(server.address, { ...base, tls: own, deadlineMs: 30_000 });
  return {
    base,
    server,
    agent,
    refusals: (reason: string) =>
      events.reduce(
        (sum, event) => sum + (event.kind === "connections.refused" && event.reason === reason ? event.count : 0),
        0,
      ),
    ask: () => agent.decide(question),
    async [Symbol.asyncDispose]() {
      agent.close();
      await server.close({ deadlineMs: 50 });
    },
  };
}

const loopCertificate = await sign({ role: "decision-loop" });
const agentCertificate = await sign({ role: "agent", agentId: "a-1" });

test("plain text, no certificate, another authority's, an expired one, and another swarm's are refused and counted", async () => {
  await using loop = await startLoop(loopCertificate, agentCertificate);
  const { port } = loop.server;
  const agent = { role: "agent", agentId: "a-1" } as const;
  const past = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() - 1_000) };
  const elsewhere = [identityUri({ swarmId: "other", role: "agent", agentId: "a-1" })];
  const cases = [
    ["no-certificate", {}],
    ["authority", await sign(agent, {}, theirs)],
    ["expired", await sign(agent, past)],
    ["identity", await sign(agent, { uris: elsewhere })],
    ["identity", await sign(agent, { uris: [] })],
  ] as const;
  for (const [reason, material] of cases) {
    const before = loop.refusals(reason);
    const stranger = connectTls({
      port,
      ALPNProtocols: ["h2"],
      rejectUnauthorized: false,
      ...material,
      ca: ours.pem.cert,
    });
    stranger.on("error", () => undefined).resume();
    await once(stranger, "close");
    await eventually(`${reason} is counted`, () => loop.refusals(reason) === before + 1);
  }
  for (const bytes of ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", randomBytes(2_000)]) {
    const before = loop.refusals("handshake");
    const plain = connect(port, "127.0.0.1");
    plain.on("error", () => undefined).resume();
    plain.end(bytes);
    await once(plain, "close");
    await eventually("it is counted", () => loop.refusals("handshake") > before);
  }
  assert.equal((await loop.ask()).source, "committed");
});

/** Where the machine is busy with the others' handshakes a call may be late, and is made again; none may be refused. */
async function answered(loop: Awaited<ReturnType<typeof startLoop>>): Promise<string> {
  for (;;)
    try {
      return (await loop.ask()).source;
    } catch (thrown) {
      if (EntrainError.from(thrown).code !== "unavailable") throw thrown;
    }
}

test("2,000 connections that never shake hands take no room from who does", async () => {
  await using loop = await startLoop(loopCertificate, agentCertificate);
  const idle: Socket[] = [];
  using _ = {
    [Symbol.dispose]() {
      for (const socket of idle) socket.destroy();
    },
  };
  let closed = 0;
  for (let index = 0; index < 2_000; index += 1) {
    const socket = connect(loop.server.port, "127.0.0.1");
    socket
      .on("error", () => undefined)
      .on("close", () => (closed += 1))
      .resume();
    idle.push(socket);
  }
  assert.equal(await answered(loop), "committed");
  assert.equal(await answered(loop), "committed");
  await eventually("each was sent away, or had the time of a handshake", () => closed === 2_000, 25_000);
  await eventually("all are counted", () => loop.refusals("crowded") + loop.refusals("handshake") === 2_000);
  assert.ok(loop.refusals("crowded") > 0);
});

test("a certificate speaks for its own agent and in its own role alone", async () => {
  await using loop = await startLoop(loopCertificate, agentCertificate);
  const denied = { code: "permission-denied" };
  await assert.rejects(loop.agent.decide({ ...question, agentId: "a-2" }), { ...denied, field: "agent_id" });
  const leadership = { agentId: "a-2", incarnation: 1, term: 7, generation: 1 };
  await assert.rejects(loop.agent.decide({ ...question, leadership }), { ...denied, field: "leadership.agent_id" });
  const console = await sign({ role: "console" });
  const client = createDecisionClient(loop.server.address, { ...loop.base, tls: console });
  await assert.rejects(client.decide(question), denied);
  client.close();
  // Who answers must be what was called, too: a decision loop is no agent.
  const observer = createAgentClient(loop.server.address, { ...loop.base, tls: console });
  await assert.rejects(observer.resign("a-1"), { code: "unavailable" });
  observer.close();
  assert.equal((await loop.ask()).source, "committed");
});

test("only a console or an operator may inject telemetry or make a leader resign", async () => {
  const base = { swarmId: "test", clock, insecure: false, events: () => undefined };
  const tls = await sign({ role: "agent", agentId: "agent-*" });
  await using server = await createRpcServer({
    ...base,
    processId: "p",
    tls,
    listen,
    agentProcess: sampleProcess(),
  }).then((running) => ({ ...running, [Symbol.asyncDispose]: () => running.close({ deadlineMs: 50 }) }));
  const resignAs = async (role: "agent" | "console" | "operator") => {
    const own = await sign(role === "agent" ? { role, agentId: "agent-9" } : { role });
    const client = createAgentClient(server.address, { ...base, tls: own });
    return client.resign("agent-1").finally(() => client.close());
  };
  await assert.rejects(resignAs("agent"), { code: "permission-denied" });
  assert.deepEqual([await resignAs("console"), await resignAs("operator")], [true, true]);
});

test("a phase in another's name ends the stream, and is never taken in", async () => {
  await using cleanup = new AsyncDisposableStack();
  const start = async (processId: string, agentId: string) => {
    const events: RuntimeEvent[] = [];
    const heard: string[] = [];
    const tls = await sign({ role: "agent", agentId });
    const base = {
      swarmId: "test",
      clock,
      insecure: false,
      processId,
      tls,
      events: (event: RuntimeEvent) => void events.push(event),
    };
    const transport = cleanup.adopt(createPhaseTransport(base), (one) => one.close());
    transport.onFrame(({ frame }) => heard.push(...frame.samples.map((sample) => sample.agentId)));
    const server = await createRpcServer({ ...base, listen, phase: transport });
    cleanup.defer(() => server.close({ deadlineMs: 50 }));
    return { events, heard, transport, server };
  };
  // frameOf speaks for agent-0.
  const [liar, honest] = [await start("a", "agent-9"), await start("b", "agent-0")];
  liar.transport.setPeers(new Map([["b", { address: honest.server.address }]]));
  honest.transport.setPeers(new Map([["a", { address: liar.server.address }]]));
  await eventually("honest phases arrive", () => {
    honest.transport.send("a", frameOf(1));
    return liar.heard.includes("agent-0");
  });
  await eventually("the forged phase is refused", () => {
    liar.transport.send("b", frameOf(1));
    return honest.events.some((event) => event.kind === "peer.refused" && /does not speak/.test(event.message));
  });
  assert.deepEqual(honest.heard, []);
});

test("oversized and malformed messages are refused to who sent them, and nobody else notices", async () => {
  await using loop = await startLoop(loopCertificate, agentCertificate);
  const { path } = serviceDefinitions().decision.Decide;
  const callee = { swarmId: "test", role: "decision-loop" } as const;
  const credentials = channelCredentials({ insecure: false, tls: agentCertificate }, callee, () => undefined);
  const raw = new Client(loop.server.address, credentials);
  const same = (bytes: Buffer): Buffer => bytes;
  const send = (bytes: Buffer) =>
    new Promise<ServiceError | null>((resolve) => {
      raw.makeUnaryRequest(path, same, same, bytes, new Metadata(), { deadline: Date.now() + 5_000 }, (error) =>
        resolve(error),
      );
    });
  assert.equal((await send(Buffer.alloc(2_000_000)))?.code, Status.RESOURCE_EXHAUSTED);
  for (let size = 1; size <= 4_096; size *= 4) assert.notEqual(await send(randomBytes(size)), null);
  raw.close();
  // Below gRPC: a header list beyond any bound, and a message that says it is longer than it may be.
  const session = connectHttp2(`https://${loop.server.address}`, {
    ...agentCertificate,
    checkServerIdentity: () => undefined,
  });
  session.on("error", () => undefined);
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  const large = session.request({ ...headers, "x-large": "x".repeat(60_000) });
  large
    .on("error", () => undefined)
    .resume()
    .end();
  await once(large, "close");
  const liar = session.request(headers);
  liar.on("error", () => undefined).resume();
  liar.end(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]));
  await once(liar, "close");
  // 64 KiB that are 64 MiB once they are unpacked: it ends where a message may be no longer.
  const packed = gzipSync(Buffer.alloc(64 * 1_048_576));
  const length = Buffer.alloc(5);
  length.writeUInt8(1);
  length.writeUInt32BE(packed.length, 1);
  const before = process.memoryUsage().rss;
  const bomb = session.request({ ...headers, "grpc-encoding": "gzip" });
  const said = new Promise<unknown>((resolve) => {
    const tell = (answer: IncomingHttpHeaders): void => {
      if (answer["grpc-status"] !== undefined) resolve(answer["grpc-status"]);
    };
    bomb.on("response", tell).on("trailers", tell);
  });
  bomb.on("error", () => undefined).resume();
  bomb.end(Buffer.concat([length, packed]));
  assert.equal(Number(await said), Status.RESOURCE_EXHAUSTED);
  assert.ok(process.memoryUsage().rss - before < 64 * 1_048_576, "it was not unpacked");
  session.destroy();
  assert.equal((await loop.ask()).source, "committed");
});

test("certificates and the authority are exchanged under load without a failed decision", async () => {
  const rotating = (first: TlsMaterial) => {
    const listeners = new Set<() => void>();
    let material = first;
    return {
      source: {
        current: () => material,
        onChange(listener: () => void) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
      replace(next: TlsMaterial) {
        material = next;
        for (const listener of listeners) listener();
      },
    };
  };
  const [server, client] = [rotating(loopCertificate), rotating(agentCertificate)];
  await using loop = await startLoop(server.source, client.source);
  let [asked, over] = [0, false];
  const failures: string[] = [];
  const load = Array.from({ length: 8 }, async () => {
    while (!over) {
      asked += 1;
      await loop.ask().catch((thrown: unknown) => failures.push(EntrainError.from(thrown).message));
    }
  });
  const both = `${ours.pem.cert}${theirs.pem.cert}`;
  // As an operator exchanges an authority: first everybody trusts both, then everybody is signed by the new one.
  const steps = [
    { by: ours, ca: both },
    { by: theirs, ca: both },
    { by: theirs, ca: theirs.pem.cert },
  ];
  for (const { by, ca } of steps) {
    server.replace({ ...(await sign({ role: "decision-loop" }, {}, by)), ca });
    client.replace({ ...(await sign({ role: "agent", agentId: "a-1" }, {}, by)), ca });
    const before = asked;
    await eventually("it goes on", () => asked > before + 100);
  }
  over = true;
  await Promise.all(load);
  assert.deepEqual(failures, [], `${failures.length} of ${asked} decisions failed`);
  // What was trusted before is so no more.
  const late = createDecisionClient(loop.server.address, { ...loop.base, tls: agentCertificate, deadlineMs: 1_000 });
  await assert.rejects(late.decide(question), { code: "unavailable" });
  late.close();
});
