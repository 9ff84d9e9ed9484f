/** A process's server on loopback: what it lets in, what it survives, and how it stops. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { Client, credentials, Metadata, status as Status, type ServiceError } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer, loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { protoPath as healthProto } from "grpc-health-check";
import type { DecideOutcome, RuntimeEvent } from "@entrain/ports";
import { createAgentClient } from "./agent-client.ts";
import { callMetadata } from "./call-metadata.ts";
import { createDecisionClient } from "./decision-client.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { clockAhead, eventually } from "./loopback-process.ts";
import { createRpcServer, type RpcServer, type RpcServerOptions } from "./rpc-server.ts";
import { sampleDecider, sampleProcess } from "./sample-decision.ts";

type Running = RpcServer & AsyncDisposable & { readonly events: RuntimeEvent[] };

async function startServer(options: Partial<RpcServerOptions> = {}): Promise<Running> {
  const events: RuntimeEvent[] = [];
  const server = await createRpcServer({
    listen: { host: "127.0.0.1", port: 0 },
    swarmId: "test",
    processId: "p1",
    insecure: false,
    clock: clockAhead(0),
    events: (event) => void events.push(event),
    agentProcess: sampleProcess(),
    decider: sampleDecider(),
    ...options,
  });
  return { ...server, events, [Symbol.asyncDispose]: () => server.close({ deadlineMs: 100 }) };
}

function clients(server: RpcServer, swarmId = "test") {
  const options = { swarmId, insecure: false, clock: clockAhead(0), events: () => undefined };
  const agent = createAgentClient(server.address, options);
  const decider = createDecisionClient(server.address, options);
  return {
    agent,
    decider,
    [Symbol.dispose]() {
      agent.close();
      decider.close();
    },
  };
}

const question = { agentId: "agent-1", incarnation: 1, reading: { temperature: 85 } };

/** Calls `path` with raw bytes; answers the status and the answer's bytes. */
async function callRaw(server: RpcServer, path: string, bytes: Buffer, metadata = new Metadata()) {
  const client = new Client(server.address, credentials.createInsecure());
  const same = (buffer: Buffer): Buffer => buffer;
  try {
    return await new Promise<{ error: ServiceError | null; answer: Buffer | undefined }>((resolve) => {
      client.makeUnaryRequest(path, same, same, bytes, metadata, { deadline: Date.now() + 5_000 }, (error, answer) =>
        resolve({ error, answer }),
      );
    });
  } finally {
    client.close();
  }
}

test("a decision and an injected reading go there and back", async () => {
  await using server = await startServer();
  using calls = clients(server);
  const outcome = await calls.decider.decide({ ...question, incidentId: "disk-7" });
  assert.equal(outcome.decision.incidentId, "disk-7");
  assert.deepEqual(outcome.decision.input.reading, question.reading);
  const [answer] = await calls.agent.inject({ temperature: 85, subject: "rack-7", hot: true }, undefined, 1_000);
  assert.equal(answer!.source, "adopted");
  assert.deepEqual(answer!.decision.input.reading, { temperature: 85, subject: "rack-7", hot: true });
  assert.equal(await calls.agent.resign("agent-1"), true);
  assert.equal(await calls.agent.resign("agent-2"), false);
});

test("a wrong field is refused by its name, and reported where it is telemetry", async () => {
  await using server = await startServer();
  using calls = clients(server);
  const wrongReading = { Temperature: 85 };
  await assert.rejects(calls.agent.inject(wrongReading, undefined, 1_000), {
    code: "invalid-argument",
    field: "reading.Temperature",
    remedy: /lower-case/,
  });
  await assert.rejects(calls.decider.decide({ ...question, agentId: "no spaces" }), {
    code: "invalid-argument",
    field: "agent_id",
  });
  assert.deepEqual(
    server.events.map((event) => (event.kind === "telemetry.refused" ? event.source : event.kind)),
    ["grpc"],
  );
});

test("callers of another swarm or with another wire are refused with one sentence; a person with a tool may call", async () => {
  await using server = await startServer();
  using calls = clients(server, "other");
  await assert.rejects(calls.decider.decide(question), {
    code: "invalid-config",
    message: /^[\d.:]+: the caller belongs to swarm "other", this process to "test": [^.]*$/,
  });
  const { Resign } = serviceDefinitions().agent;
  const request = Resign.requestSerialize({ agentId: "agent-1" });
  const newer = callMetadata("test");
  newer.set("entrain-wire-version", "2");
  const refused = await callRaw(server, Resign.path, request, newer);
  assert.equal(refused.error?.code, Status.FAILED_PRECONDITION);
  assert.match(refused.error.details, /^wire_version is 2, but this process speaks 1: [^.]*$/);
  const anybody = await callRaw(server, Resign.path, request);
  assert.deepEqual(Resign.responseDeserialize(anybody.answer!), { resigned: true });
});

test("random bytes on the port, in HTTP/2 frames and in messages do no harm", async () => {
  await using server = await startServer();
  using calls = clients(server);
  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const settings = Buffer.from("000000040000000000", "hex");
  const openings = [
    Buffer.alloc(0),
    Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    preface.subarray(0, 10),
    preface,
    Buffer.concat([preface, settings]),
  ];
  for (const opening of openings)
    for (const size of [0, 3, 100, 20_000]) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      socket.write(Buffer.concat([opening, randomBytes(size)]));
      socket.resume();
      // It is cut by the server, at the latest by its pings that nobody answers.
      await once(socket, "close");
    }
  for (let round = 0; round < 50; round++) {
    const { error } = await callRaw(server, serviceDefinitions().decision.Decide.path, randomBytes(1 + round));
    assert.ok(error !== null && [Status.INTERNAL, Status.INVALID_ARGUMENT].includes(error.code));
  }
  assert.equal((await calls.decider.decide(question)).source, "committed");
});

test("a message that is too large is refused, and the connection goes on", async () => {
  await using server = await startServer();
  using calls = clients(server);
  const { error } = await callRaw(server, serviceDefinitions().decision.Decide.path, Buffer.alloc(1_100_000));
  assert.equal(error?.code, Status.RESOURCE_EXHAUSTED);
  assert.equal((await calls.decider.decide(question)).source, "committed");
});

test("a service that is not offered is told apart from an error", async () => {
  await using server = await startServer({ decider: undefined });
  using calls = clients(server);
  await assert.rejects(calls.decider.decide(question), { code: "unavailable" });
});

test("health is that of the process, and ends with draining", async () => {
  await using server = await startServer();
  const health = loadSync(healthProto);
  const { Check } = health["grpc.health.v1.Health"] as ServiceDefinition;
  const check = async (service: string) => {
    const { error, answer } = await callRaw(
      server,
      "/grpc.health.v1.Health/Check",
      Check!.requestSerialize({ service }),
    );
    return error === null ? (Check!.responseDeserialize(answer!) as { status: number }).status : error.code;
  };
  const [serving, notServing] = [1, 2];
  assert.equal(await check(""), notServing);
  server.setHealthy(true);
  assert.equal(await check(""), serving);
  assert.equal(await check("entrain.v1.AgentService"), serving);
  assert.equal(await check("entrain.v1.PhaseService"), Status.NOT_FOUND);
  server.drain();
  assert.equal(await check(""), notServing);
});

interface ReflectionAnswer {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
}

test("a client that knows nothing learns the services by reflection and calls one", async () => {
  await using server = await startServer();
  const proto = new URL(
    "../../../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto",
    import.meta.url,
  );
  const { ServerReflectionInfo } = loadSync(proto.pathname)["grpc.reflection.v1.ServerReflection"] as ServiceDefinition;
  const client = new Client(server.address, credentials.createInsecure());
  try {
    const { path, requestSerialize, responseDeserialize } = ServerReflectionInfo!;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, new Metadata(), {});
    const ask = async (request: object): Promise<ReflectionAnswer> => {
      call.write(request);
      const answers: unknown[] = await once(call, "data");
      return answers[0] as ReflectionAnswer;
    };
    const listed = await ask({ listServices: "" });
    assert.deepEqual(listed.listServicesResponse?.service.map(({ name }) => name).sort(), [
      "entrain.v1.AgentService",
      "entrain.v1.DecisionService",
      "grpc.health.v1.Health",
    ]);
    const found = await ask({ fileContainingSymbol: "entrain.v1.AgentService" });
    call.end();
    // A FileDescriptorSet is its files, each under field 1.
    const files = found.fileDescriptorResponse!.fileDescriptorProto;
    const set = Buffer.concat(files.flatMap((file) => [Buffer.from([0x0a]), varint(file.length), file]));
    const learnt = loadFileDescriptorSetFromBuffer(set)["entrain.v1.AgentService"] as ServiceDefinition;
    const { Resign } = learnt;
    const { answer } = await callRaw(server, Resign!.path, Resign!.requestSerialize({ agentId: "agent-1" }));
    assert.deepEqual(Resign!.responseDeserialize(answer!), { resigned: true });
  } finally {
    client.close();
  }
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

test("a port in use, a foreign address and a missing certificate each give one sentence", async () => {
  await using server = await startServer();
  await assert.rejects(startServer({ listen: { host: "127.0.0.1", port: server.port } }), {
    code: "invalid-config",
    field: "listen",
    message: `listen is 127.0.0.1:${server.port}: another process listens there; choose another port, or 0 for a free one`,
  });
  await assert.rejects(startServer({ listen: { host: "192.0.2.1", port: 0 }, insecure: true }), {
    code: "invalid-config",
    message: /^listen is 192\.0\.2\.1:0: this machine has no such address; [^.]*127\.0\.0\.1$/,
  });
  await assert.rejects(startServer({ listen: { host: "0.0.0.0", port: 0 } }), {
    code: "invalid-config",
    message: /^listen is 0\.0\.0\.0, which others can reach, and there is no TLS: /,
  });
  await assert.rejects(startServer({ tls: { ca: "", cert: "not", key: "pem" } }), {
    code: "invalid-config",
    field: "tls",
  });
  await using open = await startServer({ listen: { host: "0.0.0.0", port: 0 }, insecure: true });
  assert.match(open.address, /^0\.0\.0\.0:\d+$/);
});

test("a stop answers what is under way, refuses what is new, and frees the port", async () => {
  const answers: ((outcome: DecideOutcome) => void)[] = [];
  const slow = { decide: () => new Promise<DecideOutcome>((resolve) => answers.push(resolve)) };
  await using server = await startServer({ decider: slow });
  using calls = clients(server);
  const underWay = calls.decider.decide(question);
  await eventually("the call is under way", () => answers.length === 1);
  const observed: string[] = [];
  calls.agent.observe(
    () => undefined,
    (state) => observed.push(state.up ? "up" : state.error.message),
  );
  const startMs = performance.now();
  let closed = false;
  const closing = server.close({ deadlineMs: 10_000 }).then(() => (closed = true));
  await assert.rejects(calls.agent.resign("agent-1"), { code: "unavailable" });
  await eventually("it takes its time", () => performance.now() - startMs > 400);
  assert.equal(closed, false);
  answers[0]!(await sampleDecider().decide(question));
  assert.equal((await underWay).source, "committed");
  await closing;
  await using again = await startServer({ listen: { host: "127.0.0.1", port: server.port } });
  assert.equal(again.port, server.port);
});

test("a stop does not wait beyond its deadline, and the handler learns that nobody waits", async () => {
  const signals: AbortSignal[] = [];
  const stuck = {
    decide({ signal }: { readonly signal?: unknown }) {
      if (signal instanceof AbortSignal) signals.push(signal);
      return new Promise<never>(() => undefined);
    },
  };
  await using server = await startServer({ decider: stuck });
  using calls = clients(server);
  const underWay = calls.decider.decide(question);
  await eventually("the call is under way", () => signals.length === 1);
  const startMs = performance.now();
  const [ended] = await Promise.allSettled([underWay, server.close({ deadlineMs: 50 })]);
  assert.equal(ended.status, "rejected");
  assert.ok(performance.now() - startMs < 1_500);
  await eventually("the handler's signal aborts", () => signals[0]!.aborted);
});
