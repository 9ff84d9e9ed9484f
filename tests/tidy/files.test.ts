/** Files: their size, their names, their headers. See CONTRIBUTING.md, "Style". */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { longFiles } from "./long-files.ts";
import { codeFiles } from "./repository.ts";

const LINES_MAX = 400;
const LINES_WITHOUT_REASON_MAX = 300;

const lineCount = (text: string) => text.trimEnd().split("\n").length;

test(`no file of code is longer than ${LINES_MAX} lines`, () => {
  const tooLong = codeFiles.filter((file) => lineCount(file.text) > LINES_MAX);
  assert.deepEqual(
    tooLong.map((file) => `${file.path}: ${lineCount(file.text)} lines`),
    [],
    "split them: what is the second subject?",
  );
});

test(`a file above ${LINES_WITHOUT_REASON_MAX} lines is listed with its reason`, () => {
  const unlisted = codeFiles.filter(
    (file) => lineCount(file.text) > LINES_WITHOUT_REASON_MAX && !Object.hasOwn(longFiles, file.path),
  );
  assert.deepEqual(
    unlisted.map((file) => `${file.path}: ${lineCount(file.text)} lines`),
    [],
    "split them, or give the reason in tests/tidy/long-files.ts",
  );
});

test("the list of long files has no stale entry", () => {
  const stale = Object.keys(longFiles).filter((listed) => {
    const file = codeFiles.find(({ path: name }) => name === listed);
    return file === undefined || lineCount(file.text) <= LINES_WITHOUT_REASON_MAX;
  });
  assert.deepEqual(stale, [], "take them off tests/tidy/long-files.ts");
});

test("files of code have kebab-case names", () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.live)?(\.(test|config|d))?\.[a-z]+$/;
  const badlyNamed = codeFiles.filter((file) => !kebab.test(path.basename(file.path)));
  assert.deepEqual(
    badlyNamed.map((file) => file.path),
    [],
  );
});

test("no file or folder is named after nothing in particular", () => {
  const vague = /(^|\/)(utils?|helpers?|common|misc|shared|types|constants|lib)(\.test)?(\.[a-z]+)?(\/|$)/;
  const vaguelyNamed = codeFiles.filter((file) => vague.test(file.path));
  assert.deepEqual(
    vaguelyNamed.map((file) => file.path),
    [],
    "name the file after its main export",
  );
});

test("every source file begins with a comment that says what it is for", () => {
  const headless = codeFiles.filter((file) => {
    if (!/^(packages|services)\/[^/]+\/src\//.test(file.path) || file.path.endsWith(".test.ts")) return false;
    const firstLine = file.text.replace(/^#!.*\n/, "").trimStart();
    return !/^(\/\*|\/\/|--)/.test(firstLine);
  });
  assert.deepEqual(
    headless.map((file) => file.path),
    [],
  );
});
