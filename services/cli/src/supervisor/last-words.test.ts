import assert from "node:assert/strict";
import { test } from "node:test";
import { lastWords } from "./last-words.ts";

const line = (level: number, msg: string, err?: string) =>
  JSON.stringify({ level, msg, ...(err === undefined ? {} : { err: { message: err } }) });

const cases: [string, string, string | undefined][] = [
  ["an empty log has none", "", undefined],
  ["the last line speaks where there was no error", `${line(30, "a")}\n${line(30, "b")}\n`, "b"],
  ["the last error goes before later talk", `${line(50, "it broke")}\n${line(30, "bye")}`, "it broke"],
  ["an error's cause is told with it", line(60, "cannot start", "port taken"), "cannot start: port taken"],
  [
    "a cause that the message holds is told once",
    line(60, "cannot start: port taken", "port taken"),
    "cannot start: port taken",
  ],
  ["plain text speaks as it is", "what is this\n", "what is this"],
  [
    "of a stack trace only the error is told",
    "TypeError: x is no function\n    at main.ts:1\n\nNode.js v24\n",
    "TypeError: x is no function",
  ],
  ["long words are cut", "x".repeat(400), `${"x".repeat(300)}…`],
];
for (const [name, text, expected] of cases)
  test(name, () => {
    assert.equal(lastWords(text), expected);
  });
