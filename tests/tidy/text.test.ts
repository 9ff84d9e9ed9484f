/** Text: nothing left for later, nothing of this machine or its registry, nothing that names no thing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeFiles, matchingLines, testFiles, textFiles, type RepositoryFile } from "./repository.ts";

// This file spells out what it forbids.
const elsewhere = (file: RepositoryFile) => file.path !== "tests/tidy/text.test.ts";

function assertNowhere(files: readonly RepositoryFile[], pattern: RegExp, advice: string): void {
  assert.deepEqual(
    files.filter(elsewhere).flatMap((file) => matchingLines(file, pattern)),
    [],
    advice,
  );
}

test("nothing is left for later in a comment", () => {
  assertNowhere(textFiles, /\b(TODO|FIXME|XXX)\b/, "do it, or open an issue");
});

test("no test is switched off or run alone", () => {
  const aside = /\b(test|it|describe|suite)\.(only|skip|todo)\b|\b(only|todo): true\b|\bskip: true\b/;
  assertNowhere(testFiles, aside, "repair the test or delete it");
});

test("no test sleeps", () => {
  // Named timers of a promise, and node:timers/promises, by 100 ms or more.
  const long = String.raw`(?:[1-9]\d{2,}|[1-9]\d*_\d{3})(?:_\d{3})*`;
  const sleep = new RegExp(
    String.raw`setTimeout\(\s*(?:resolve|resolved|done|r|res)\s*,\s*${long}\b` +
      String.raw`|setTimeout\(\s*\(\)\s*=>\s*(?:resolve|done)\([^)]*\)\s*,\s*${long}\b` +
      String.raw`|\bawait\s+(?:setTimeout|sleep|delay|wait|pause)\(\s*${long}\b`,
  );
  assertNowhere(testFiles, sleep, "wait for the thing itself, with a deadline");
});

test("no registry's host and no path of one machine is written down", () => {
  const registry = /registry\.[a-z0-9-]+\.[a-z]+|"resolved": "https?:|deb\.debian\.org/;
  const machine = /(^|[\s"'`(=:])\/(work|root|home\/[a-z]+|Users\/[A-Za-z]+)\/|\/tmp\/bash_jobs/;
  assertNowhere(textFiles, registry, "a clone must work behind any mirror");
  assertNowhere(textFiles, machine, "a path of one machine is wrong on every other");
});

test("no production code asks whether it is being tested", () => {
  const production = codeFiles.filter(
    (file) => /^(packages|services)\/[^/]+\/src\//.test(file.path) && !file.path.endsWith(".test.ts"),
  );
  assertNowhere(production, /NODE_ENV|NODE_TEST_CONTEXT|VITEST/, "pass the difference in as an option");
});
