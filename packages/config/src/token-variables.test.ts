import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type Environment } from "./load-config.ts";
import { redacted } from "./redacted.ts";
import { fileWith, problem, problems } from "./testing.ts";

const [first, second] = ["0123456789abcdef", "fedcba98-7654.~+/="];

test("tokens are read from files with the names of those who have them, and are shown nowhere", (t) => {
  const config = loadConfig("console", {
    ENTRAIN_HTTP_OPERATORS_FILE: fileWith(t, `alice:${first}\nci.deploy:${second}\n`),
    ENTRAIN_HTTP_VIEWERS: `wall:${first}x, other:${second.replace("=", "")}`,
  });
  assert.deepEqual(config.httpOperators, [
    { name: "alice", secret: first },
    { name: "ci.deploy", secret: second },
  ]);
  assert.deepEqual(
    config.httpViewers?.map(({ name }) => name),
    ["wall", "other"],
  );
  assert.equal(config.httpAnonymous, undefined);
  assert.doesNotMatch(JSON.stringify(redacted(config)), /0123|fedc/);
});

test("what is no token is refused without being shown", () => {
  const wrong: [Environment, RegExp][] = [
    [{ ENTRAIN_HTTP_OPERATORS: first }, /^ENTRAIN_HTTP_OPERATORS is wrong: write name:token/],
    [{ ENTRAIN_HTTP_OPERATORS: "alice:short" }, /16 to 256/],
    [{ ENTRAIN_HTTP_VIEWERS: `a:${first},a:${second}` }, /^ENTRAIN_HTTP_VIEWERS is wrong: .*a name once/],
    [
      { ENTRAIN_HTTP_VIEWERS: `a:${first}`, ENTRAIN_HTTP_OPERATORS: `b:${first}` },
      /^ENTRAIN_HTTP_OPERATORS and ENTRAIN_HTTP_VIEWERS have a token twice/,
    ],
    [{ ENTRAIN_TOKEN: `alice:${first}` }, /^ENTRAIN_TOKEN is wrong: give the token alone/],
    [{ ENTRAIN_HTTP_ANONYMOUS: "admin" }, /choose one of none, viewer, operator$/],
  ];
  for (const [env, line] of wrong) {
    assert.match(problem(env), line);
    assert.doesNotMatch(problem(env), /0123|fedc|short/);
  }
});

test("beyond loopback the console needs tokens, or a word about callers without one", () => {
  const beyond = { ENTRAIN_TLS_DIR: "/certs", ENTRAIN_HTTP_HOST: "0.0.0.0", ENTRAIN_PLAINTEXT: "http" };
  assert.match(problem(beyond), /^ENTRAIN_HTTP_HOST is "0.0.0.0", .*ENTRAIN_HTTP_OPERATORS_FILE, or .*ANONYMOUS/);
  assert.match(problem({ ...beyond, ENTRAIN_HTTP_OPERATORS: "short" }), /^ENTRAIN_HTTP_OPERATORS is wrong/);
  assert.match(problem({ ...beyond, ENTRAIN_HTTP_OPERATORS_FILE: "/not/there" }), /^ENTRAIN_HTTP_OPERATORS_FILE is /);
  for (const said of [
    { ENTRAIN_HTTP_OPERATORS: `alice:${first}` },
    { ENTRAIN_HTTP_VIEWERS: `alice:${first}` },
    { ENTRAIN_HTTP_ANONYMOUS: "operator" },
    { ENTRAIN_HTTP_ANONYMOUS: "none" },
  ])
    assert.deepEqual(problems({ ...beyond, ...said }), []);
});
