/** Docs equal code: docs/rules.md tells the rules, settings and limits that are in force. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { defaultPolicy, policyLimits } from "@entrain/core/decision";
import { allowedFunctions, expressionLimits } from "./expression.ts";

const text = readFileSync(new URL("../../../docs/rules.md", import.meta.url), "utf8");

/** The rows of the table under a heading, without its head, cells trimmed and without code marks. */
function table(heading: string): string[][] {
  const section = text.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  // `||` inside code would split a cell; no rule that ships uses it.
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test("the table of rules is the default policy, row by row and in order", () => {
  assert.deepEqual(
    table("The rules that ship"),
    defaultPolicy.rules.map(({ id, when, holdsWhile, kind, band, action, type, confidence, reasoning }) => [
      id,
      when,
      holdsWhile,
      kind,
      band,
      action,
      type,
      String(confidence),
      reasoning,
    ]),
  );
});

test("the table of settings is the default policy", () => {
  const {
    rules: _rules,
    actions: _actions,
    arbitration: _arbitration,
    safetyGate: _safetyGate,
    propagation: _propagation,
    ...settings
  } = defaultPolicy;
  assert.deepEqual(
    table("The settings that ship").map(([name, value]) => [name, value]),
    Object.entries(settings).map(([name, value]) => [name, String(value)]),
  );
});

test("the actions are listed", () => {
  const listed = /one of `actions`: ([^;]+);/.exec(text)?.[1] ?? "";
  assert.deepEqual(
    [...listed.matchAll(/`(\w+)`/g)].map((match) => match[1]),
    defaultPolicy.actions,
  );
});

test("the table of limits holds the limits in force", () => {
  const limits = Object.fromEntries(table("Limits").map(([name = "", value]) => [name, value]));
  assert.deepEqual(limits, {
    rules: String(policyLimits.rules),
    actions: String(policyLimits.actions),
    "characters of an expression": String(policyLimits.when),
    "parts (nodes) of an expression": String(expressionLimits.nodes),
    "depth of an expression": String(expressionLimits.depth),
    "elements of a list": String(expressionLimits.listElements),
    "characters of a reasoning": String(policyLimits.reasoning),
    "readings in a row": String(policyLimits.readings),
    "longest budget, ms": String(policyLimits.budgetMs),
    "longest cooldown, ms": String(policyLimits.cooldownMs),
  });
});

test("the allowed functions are listed", () => {
  const listed = /and these functions:\s*([^.]+)\./.exec(text)?.[1] ?? "";
  assert.deepEqual(
    [...listed.matchAll(/`(\w+)`/g)].map((match) => match[1]),
    allowedFunctions,
  );
});
