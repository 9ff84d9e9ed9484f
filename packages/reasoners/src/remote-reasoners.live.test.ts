/** Reasoners over a network, against a real HTTP server that hangs, throws, talks nonsense, or costs too much. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { defaultPolicy, globalContextOf, type Verdict } from "@entrain/core/decision";
import type { Question, Reasoner } from "@entrain/ports";
import { createChatReasoner } from "./chat-reasoner.ts";
import { createHttpReasoner, type HttpReasonerOptions } from "./http-reasoner.ts";

const verdict: Verdict = { type: "ANOMALY_RESPONSE", action: "throttle", confidence: 0.7, reasoning: "it is warm" };
const basis = { contextVersion: 3, policyHash: "" };
const facts = {
  timed: undefined,
  nowMs: 0,
  maxAgeMs: 100,
  healthMaxAgeMs: 100,
  leads: false,
  assignedRole: null,
  ...basis,
  votersMin: 2,
};

interface Asked {
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

let url: string;
/** What the server does with a question. */
let behave: (response: ServerResponse) => void;
let asked: Asked[] = [];

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
}

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    asked.push({ path: request.url, headers: request.headers, body });
    behave(response);
  });
});
before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  asked = [];
  behave = says(verdict);
});

const says = (answer: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(answer));
const hangs = (): void => undefined;

function question(signal: Question["signal"] = new AbortController().signal): Question {
  const fingerprint = { kind: "overheating", subject: "rack-7", band: "warning" };
  const reading = { temperature: 75, subject: "rack-7" };
  return { reading, fingerprint, rule: undefined, context: globalContextOf(facts), policy: defaultPolicy, signal };
}

const httpReasoner = (options: Partial<HttpReasonerOptions> = {}): Reasoner => createHttpReasoner({ url, ...options });
const ask = async (reasoner: Reasoner, signal?: Question["signal"]): Promise<Verdict> =>
  reasoner.reason(question(signal));

/** How a question fails. */
async function failureOf(reasoner: Reasoner, signal?: Question["signal"]): Promise<EntrainError> {
  return ask(reasoner, signal).then(
    () => assert.fail("a verdict came back"),
    (thrown: unknown) => EntrainError.from(thrown),
  );
}

test("the question goes out as JSON with the headers given, and the answer is the verdict", async () => {
  const reasoner = httpReasoner({ headers: { authorization: "Bearer secret" } });
  behave = says({ ...verdict, aside: "dropped" });
  assert.deepEqual(await ask(reasoner), verdict);
  assert.equal(asked[0]?.headers.authorization, "Bearer secret");
  const { reading, fingerprint, context, policy } = question();
  const { actions, safeAction } = policy;
  assert.deepEqual(asked[0].body, { reading, fingerprint, rule: null, context, actions, safeAction });
});

test("one that hangs is given up at the deadline", async () => {
  behave = hangs;
  const startedMs = performance.now();
  const { code, message } = await failureOf(httpReasoner({ deadlineMs: 60 }));
  assert.deepEqual([code, message], ["deadline-exceeded", "no answer within 60 ms"]);
  assert.ok(performance.now() - startedMs < 1_000);
});

const nonsense: readonly (readonly [what: string, behave: (response: ServerResponse) => void, message: RegExp])[] = [
  ["a status of 500", (response) => void response.writeHead(500).end("boom"), /answered with status 500/],
  ["a redirect", (response) => void response.writeHead(302, { location: "/elsewhere" }).end(), /./],
  ["a text", (response) => void response.end("cool it down"), /something that is no JSON/],
  ["a list", says([verdict]), /verdict.type/],
  ["an action that the policy does not have", says({ ...verdict, action: "reboot_everything" }), /verdict.action/],
  ["a confidence beyond 1", says({ ...verdict, confidence: 7 }), /verdict.confidence/],
  ["an endless answer", (response) => void response.end(" ".repeat(70_000)), /more than 65536 bytes/],
  ["a connection that is cut", (response) => void response.destroy(), /./],
];

for (const [what, how, message] of nonsense)
  test(`${what} is no verdict`, async () => {
    behave = how;
    assert.match((await failureOf(httpReasoner())).message, message);
  });

test("after failures in a row it is left alone, then asked once, and its answer decides", async () => {
  let nowOpenMs = 150;
  const reasoner = httpReasoner({ breaker: { failures: 3, openMs: nowOpenMs } });
  behave = says("nonsense");
  for (let call = 0; call < 3; call++) await failureOf(reasoner);
  const refused = await failureOf(reasoner);
  assert.deepEqual([refused.code, asked.length], ["unavailable", 3]);
  assert.match(refused.message, /left alone for a while after 3 failures in a row/);
  behave = says(verdict);
  const openedMs = performance.now();
  while (asked.length === 3) await ask(reasoner).catch(() => new Promise((resolve) => setTimeout(resolve, 10)));
  nowOpenMs = performance.now() - openedMs;
  assert.ok(nowOpenMs >= 100, `asked again after ${nowOpenMs} ms`);
  assert.deepEqual(await ask(reasoner), verdict);
});

test("a question that becomes pointless is let go at once and is held against nobody", async () => {
  const reasoner = httpReasoner({ breaker: { failures: 1 } });
  behave = hangs;
  const known = new AbortController();
  const failing = failureOf(reasoner, known.signal);
  known.abort(new EntrainError("cancelled", "the decision is made"));
  assert.equal((await failing).code, "cancelled");
  behave = says(verdict);
  assert.deepEqual(await ask(reasoner), verdict);
});

test("an answer that cost too much is not taken, and is paid all the same", async () => {
  const reasoner = httpReasoner({ budget: { perCall: 10, perMinute: 100 } });
  behave = says({ ...verdict, cost: 120 });
  const dear = await failureOf(reasoner);
  assert.deepEqual([dear.code, dear.message], ["resource-exhausted", "http cost 120, at most 10 a call"]);
  behave = says({ ...verdict, cost: 1 });
  const spent = await failureOf(reasoner);
  assert.deepEqual([spent.message, asked.length], ["http has spent its budget of 100 a minute", 1]);
});

test("calls without a cost count 1 each against the budget", async () => {
  const reasoner = httpReasoner({ budget: { perMinute: 2 } });
  await ask(reasoner);
  await ask(reasoner);
  assert.equal((await failureOf(reasoner)).code, "resource-exhausted");
  assert.equal(asked.length, 2);
});

const completion = (content: unknown, tokens = 40): object => ({
  choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
  usage: { total_tokens: tokens },
});

test("a model is asked for a verdict under a schema of the policy's actions", async () => {
  const reasoner = createChatReasoner({ baseUrl: `${url}/v1/`, model: "small", apiKey: "key" });
  behave = says(completion(JSON.stringify(verdict)));
  assert.deepEqual(await ask(reasoner), verdict);
  const [{ path, headers, body } = assert.fail("nobody asked")] = asked;
  assert.deepEqual([path, headers.authorization], ["/v1/chat/completions", "Bearer key"]);
  const sent = body as {
    readonly model: string;
    readonly response_format: { readonly json_schema: { schema: object } };
  };
  assert.equal(sent.model, "small");
  const { properties } = sent.response_format.json_schema.schema as {
    readonly properties: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
  };
  assert.deepEqual(properties["action"]?.enum, [...defaultPolicy.actions, "none"]);
});

for (const [what, answer, message] of [
  ["refuses", completion(null), /gave no answer/],
  ["chats", completion("I would throttle."), /no JSON/],
  ["invents an action", completion(JSON.stringify({ ...verdict, action: "panic" })), /verdict.action/],
  ["answers with something else", null, /gave no answer/],
] as const)
  test(`a model that ${what} gives no verdict`, async () => {
    behave = says(answer);
    assert.match((await failureOf(createChatReasoner({ baseUrl: url, model: "small" }))).message, message);
  });

test("a model's tokens are its cost, also where its answer is no use", async () => {
  const reasoner = createChatReasoner({ baseUrl: url, model: "small", budget: { perMinute: 1_000 } });
  behave = says(completion("no idea", 1_200));
  await failureOf(reasoner);
  assert.equal((await failureOf(reasoner)).message, "chat has spent its budget of 1000 a minute");
});

test("a wrong option is refused by its name, without a secret in the sentence", () => {
  const refused = (field: string) => (thrown: unknown) =>
    thrown instanceof EntrainError && thrown.code === "invalid-config" && thrown.field === field;
  assert.throws(() => createHttpReasoner({ url: "reasoner:80" }), refused("url"));
  assert.throws(() => createHttpReasoner({ url, deadlineMs: 0 }), refused("deadlineMs"));
  assert.throws(() => createHttpReasoner({ url, budget: { perMinute: -1 } }), refused("perMinute"));
  const plain = { baseUrl: "http://models.example/v1", model: "m", apiKey: "s3cret" };
  assert.throws(() => createChatReasoner(plain), refused("baseUrl"));
  assert.throws(() => createHttpReasoner({ url: "https://u:s3cret@models.example" }), {
    message: /^(?!.*s3cret).*headers/,
  });
});
