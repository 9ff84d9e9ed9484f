/** A reasoner behind gRPC, against a real server that a user could have written, over real sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { loadPackageDefinition, Metadata, Server, ServerCredentials, status as Status } from "@grpc/grpc-js";
import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { createAuthority } from "@entrain/certificates";
import { defaultPolicy, globalContextOf } from "@entrain/core/decision";
import { EntrainError } from "@entrain/kernel";
import type { Question } from "@entrain/ports";
import { waitFor } from "@entrain/testkit/conformance";
import type { ReasonRequest__Output } from "./gen/entrain/v1/ReasonRequest.ts";
import type { ReasonResponse } from "./gen/entrain/v1/ReasonResponse.ts";
import type { ProtoGrpcType } from "./gen/reasoner.ts";
import { protoDirectory, protoLoading, reasonerProtoFile } from "./proto-files.ts";
import { createReasonerClient, type ReasonerTarget } from "./reasoner-client.ts";

const loading = { ...protoLoading, longs: Number, enums: String, includeDirs: [protoDirectory()] };
const { entrain } = loadPackageDefinition(loadSync(reasonerProtoFile, loading)) as unknown as ProtoGrpcType;
const { service } = entrain.v1.ReasonerService;

type Call = ServerUnaryCall<ReasonRequest__Output, ReasonResponse>;
type Behaviour = (call: Call, answer: sendUnaryData<ReasonResponse>) => void;

const verdict = { type: "ANOMALY_RESPONSE", action: "throttle", confidence: 0.7, reasoning: "it is warm" };
const says =
  (response: ReasonResponse): Behaviour =>
  (_call, answer) =>
    answer(null, response);

async function serve(behave: Behaviour, credentials = ServerCredentials.createInsecure(), port = 0) {
  const server = new Server();
  server.addService(service, { Reason: behave });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, at) => (error === null ? resolve(at) : reject(error)));
  });
  return { port: bound, address: `127.0.0.1:${bound}`, [Symbol.dispose]: () => server.forceShutdown() };
}

function clientOf(target: ReasonerTarget) {
  const client = createReasonerClient(target);
  return { ...client, [Symbol.dispose]: () => client.close() };
}

const facts = {
  timed: undefined,
  nowMs: 0,
  maxAgeMs: 100,
  healthMaxAgeMs: 100,
  leads: false,
  assignedRole: "backup" as const,
  votersMin: 2,
};

function question(signal: Question["signal"] = new AbortController().signal): Question {
  const reading = { temperature: 75, subject: "rack-7", spare: true };
  const fingerprint = { kind: "overheating", subject: "rack-7", band: "warning" };
  const context = globalContextOf({ ...facts, contextVersion: 3, policyHash: "ab" });
  return { reading, fingerprint, rule: defaultPolicy.rules[0], context, policy: defaultPolicy, signal };
}

test("the question arrives whole, with the metadata given and a deadline, and the answer is the verdict with its cost", async () => {
  const calls: Call[] = [];
  using server = await serve((call, answer) => {
    calls.push(call);
    answer(null, { ...verdict, cost: 3 });
  });
  using client = clientOf({ address: server.address, metadata: { authorization: "Bearer secret" } });
  const said = await client.ask(question(), 1_000);
  assert.deepEqual([said.verdict, said.cost], [verdict, 3]);
  const [call = assert.fail("nobody asked")] = calls;
  const { request, metadata } = call;
  assert.deepEqual(metadata.get("authorization"), ["Bearer secret"]);
  assert.ok(Number(call.getDeadline()) <= Date.now() + 1_000);
  const { reading, fingerprint, rule, context, actions, safeAction } = request;
  const maps = [reading?.numbers, reading?.texts, reading?.flags].map((map) => ({ ...map }));
  assert.deepEqual(maps, [{ temperature: 75 }, { subject: "rack-7" }, { spare: true }]);
  assert.deepEqual({ ...fingerprint }, question().fingerprint);
  assert.deepEqual([rule?.id, rule?.action], [defaultPolicy.rules[0]?.id, defaultPolicy.rules[0]?.action]);
  assert.deepEqual(
    [context?.leaderId, context?.role, context?.assignedRole, context?.contextVersion, context?.policyHash],
    ["", "follower", "backup", 3, "ab"],
  );
  assert.equal(context?.health, undefined, "unknown is absent, not 0");
  assert.deepEqual([actions, safeAction], [[...defaultPolicy.actions], defaultPolicy.safeAction]);
});

for (const cost of [undefined, -5, NaN, Infinity])
  test(`an answer that says of its cost ${cost} has cost 1`, async () => {
    using server = await serve(says({ ...verdict, ...(cost === undefined ? {} : { cost }) }));
    using client = clientOf({ address: server.address });
    assert.equal((await client.ask(question(), 1_000)).cost, 1);
  });

test("one that hangs is given up at the deadline, and learns that nobody waits", async () => {
  const given = Promise.withResolvers<undefined>();
  using server = await serve((call) => call.on("cancelled", () => given.resolve(undefined)));
  using client = clientOf({ address: server.address });
  await assert.rejects(client.ask(question(), 1_000), { code: "deadline-exceeded" });
  await given.promise;
});

test("a question that is called off ends at once, and only that is called cancelled", async () => {
  const arrived = Promise.withResolvers<undefined>();
  using server = await serve(() => arrived.resolve(undefined));
  using client = clientOf({ address: server.address });
  const known = new AbortController();
  const asked = client.ask(question(known.signal), 20_000);
  await arrived.promise;
  known.abort(new EntrainError("cancelled", "the decision is made"));
  await assert.rejects(asked, { code: "cancelled" });
  using refusing = await serve((_call, answer) => answer({ code: Status.CANCELLED, details: "no" }, null));
  using other = clientOf({ address: refusing.address });
  await assert.rejects(other.ask(question(), 1_000), { code: "unavailable" });
});

test("an error of the reasoner is told as it was meant, and an answer beyond 64 KiB is not read", async () => {
  const metadata = new Metadata();
  using failing = await serve((_call, answer) => answer({ code: Status.INTERNAL, details: "boom", metadata }, null));
  using client = clientOf({ address: failing.address });
  await assert.rejects(client.ask(question(), 1_000), { code: "internal", message: /boom/ });
  using endless = await serve(says({ ...verdict, reasoning: " ".repeat(70_000) }));
  using other = clientOf({ address: endless.address });
  await assert.rejects(other.ask(question(), 1_000), { code: "resource-exhausted" });
});

test("where nobody listens it is unavailable, and it is found when it comes", async () => {
  const gone = await serve(says(verdict));
  gone[Symbol.dispose]();
  using client = clientOf({ address: gone.address });
  await assert.rejects(client.ask(question(), 1_000), { code: "unavailable" });
  using _back = await serve(says(verdict), ServerCredentials.createInsecure(), gone.port);
  await waitFor("the reasoner answers", () => client.ask(question(), 1_000).catch(() => undefined));
});

test("a connection that hung while the host was dumb is replaced", async () => {
  const dumb: Socket[] = [];
  const listener = createServer((socket) => void dumb.push(socket)).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  using client = clientOf({ address: `127.0.0.1:${port}` });
  await assert.rejects(client.ask(question(), 100), { code: "unavailable", message: /not reached within 100 ms/ });
  for (const socket of dumb) socket.pause();
  listener.close();
  using _server = await serve(says(verdict), ServerCredentials.createInsecure(), port);
  // The first connection still hangs.
  await waitFor("the reasoner answers", () => client.ask(question(), 300).catch(() => undefined));
  for (const socket of dumb) socket.destroy();
});

test("over TLS the certificate's host is checked, and one's own is shown", async () => {
  const authority = await createAuthority("reasoners");
  const own = await authority.issue({ name: "reasoner", uris: [], addresses: ["127.0.0.1"] });
  const pair = { cert_chain: Buffer.from(own.cert), private_key: Buffer.from(own.key) };
  using server = await serve(says(verdict), ServerCredentials.createSsl(Buffer.from(own.ca), [pair], true));
  const { ca, cert, key } = await authority.issue({ name: "agent", uris: [] });
  using client = clientOf({ address: server.address, tls: { ca, cert, key }, metadata: { authorization: "secret" } });
  assert.equal((await client.ask(question(), 5_000)).cost, 1);
  using nameless = clientOf({ address: server.address, tls: { ca } });
  await assert.rejects(nameless.ask(question(), 1_000), { code: "unavailable" });
  using elsewhere = clientOf({ address: `localhost:${server.port}`, tls: { ca, cert, key } });
  await assert.rejects(elsewhere.ask(question(), 1_000), { code: "unavailable" });
  const stranger = await (await createAuthority("strangers")).issue({ name: "stranger", uris: [] });
  using misled = clientOf({ address: server.address, tls: { ca: stranger.ca, cert, key } });
  await assert.rejects(misled.ask(question(), 1_000), { code: "unavailable" });
});

test("a wrong target is refused by its field, without a secret in the sentence", () => {
  const refused = (code: string, field: string) => ({ code, field, message: /^(?!.*s3cret)/s });
  assert.throws(() => createReasonerClient({ address: "http://reasoner" }), refused("invalid-argument", "address"));
  const metadata = { authorization: "s3cret" };
  assert.throws(
    () => createReasonerClient({ address: "10.0.0.7:50051", metadata }),
    refused("invalid-config", "metadata"),
  );
  const broken = { address: "127.0.0.1:1", metadata: { authorization: "s3cret\n" } };
  assert.throws(() => createReasonerClient(broken), refused("invalid-config", "metadata"));
  const tls = { cert: "no certificate", key: "s3cret" };
  assert.throws(() => createReasonerClient({ address: "127.0.0.1:1", tls }), refused("invalid-config", "tls"));
});
