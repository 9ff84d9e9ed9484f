import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkPattern, checkTopic, matchesTopic, topicLimits } from "./topic.ts";

const level = fc.constantFrom("a", "b", "sport", "x-1", "0.5");
const topic = fc.array(level, { minLength: 1, maxLength: 6 }).map((levels) => levels.join("/"));
const pattern = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 0, maxLength: 5 }), fc.boolean())
  .filter(([levels, rest]) => levels.length > 0 || rest)
  .map(([levels, rest]) => [...levels, ...(rest ? ["#"] : [])].join("/"));

/** The same by a regular expression: the dumb oracle. */
function oracle(wanted: string, name: string): boolean {
  const literal = wanted.replaceAll(".", "\\.");
  const source = literal === "#" ? ".*" : literal.replace(/\/#$/, "(/.*)?").replaceAll("+", "[^/]+");
  return new RegExp(`^${source}$`).test(name);
}

test("a pattern matches what its regular expression matches", () => {
  fc.assert(
    fc.property(pattern, topic, (wanted, name) => {
      assert.equal(matchesTopic(checkPattern("pattern", wanted), checkTopic("topic", name)), oracle(wanted, name));
    }),
    { numRuns: 2_000 },
  );
});

test("a topic matches itself, each of its levels may be a '+', and any end of it a '#'", () => {
  fc.assert(
    fc.property(topic, fc.nat(5), (name, at) => {
      const levels = name.split("/");
      const index = at % levels.length;
      assert.ok(matchesTopic(name, name));
      assert.ok(matchesTopic(levels.with(index, "+").join("/"), name));
      assert.ok(matchesTopic([...levels.slice(0, index), "#"].join("/"), name));
      assert.ok(!matchesTopic(`${name}/+`, name));
    }),
  );
});

test("MQTT 5.0, 4.7.1: the examples of the standard", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["sport/tennis/player1/#", "sport/tennis/player1", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
    ["sport/#", "sport", true],
    ["#", "sport/tennis", true],
    ["sport/tennis/+", "sport/tennis/player1", true],
    ["sport/tennis/+", "sport/tennis/player1/ranking", false],
    ["sport/+", "sport", false],
    ["+/tennis/#", "sport/tennis", true],
  ];
  for (const [wanted, name, expected] of cases) assert.equal(matchesTopic(wanted, name), expected, `${wanted} ${name}`);
});

test("what is no topic, or no pattern, is refused with what to do about it", () => {
  for (const wrong of [
    "",
    "/a",
    "a/",
    "a//b",
    "a/+",
    "#",
    "a b",
    "$SYS/a",
    "ü",
    7,
    "a".repeat(topicLimits.lengthMax + 1),
  ])
    assert.throws(() => checkTopic("topic", wrong), { code: "invalid-argument", field: "topic" }, String(wrong));
  for (const wrong of ["", "a/#/b", "a#", "sport+", "a/+b", "#/a", "a//#", "x/".repeat(20) + "x"])
    assert.throws(() => checkPattern("pattern", wrong), { code: "invalid-argument", field: "pattern" }, wrong);
});
