import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { repositoryRoot } from "./repository-root.ts";
import { runTestFiles, type FileResult } from "./test-file.ts";

let folder = "";
// Inside the repository, because Node strips types there as in any test file.
before(() => {
  folder = mkdtempSync(path.join(repositoryRoot, "scripts", "planted-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const runPlanted = (name: string, source: string) => runTogether({ [name]: source });

async function runTogether(sources: Readonly<Record<string, string>>): Promise<FileResult> {
  const files = Object.entries(sources).map(([name, source]) => {
    const file = path.join(folder, `${name}.ts`);
    writeFileSync(file, `import { test } from "node:test";\n${source}\n`);
    return file;
  });
  const signal = new AbortController().signal;
  return runTestFiles(files, { root: folder, timeoutMs: 300, namePattern: undefined, signal });
}

const stuckTest = `test("blocks", () => { for (;;); });`;
const errorOf = (result: FileResult) => result.failures.map(({ name, error }) => `${name}: ${error.split("\n", 1)[0]}`);

test("what passes, fails and is skipped is counted, and a failure has its full name", async () => {
  const result = await runPlanted(
    "mixed",
    `test("good", () => {});
     test("outer", async (t) => { await t.test("inner", () => { throw new Error("bad"); }); });
     test("aside", (t) => t.skip());`,
  );
  assert.deepEqual({ passed: result.passed, skipped: result.skipped }, { passed: 1, skipped: 1 });
  assert.deepEqual(errorOf(result), ["outer > inner: Error: bad"]);
});

test("a suite that is skipped as a whole is counted, with its reason", async () => {
  const suite = `import { describe } from "node:test";
     describe("all of it", { skip: "no engine answers" }, () => { test("one", () => {}); test("two", () => {}); });`;
  const { passed, skipped, skipReasons, failures } = await runPlanted("suite", suite);
  assert.deepEqual([passed, skipped, skipReasons, failures], [0, 1, ["no engine answers"], []]);
});

test("a file that throws while it loads has failed", async () => {
  const result = await runPlanted("throws", `throw new Error("boom");`);
  assert.deepEqual(errorOf(result), ["the file itself: It stopped before its tests were over (exit code 1)."]);
  assert.match(result.failures[0]?.output ?? "", /boom/);
});

test("a file that runs no test has failed", async () => {
  assert.deepEqual(errorOf(await runPlanted("empty", "")), ["the file itself: It ran no test."]);
});

test("files that share a process are counted together, and a failure is told with its own file", async () => {
  const result = await runTogether({
    "one-of-two": `test("good", () => {}); test("also good", () => {});`,
    "two-of-two": `test("good", () => {});\ntest("bad", () => { throw new Error("no"); });`,
  });
  assert.equal(result.passed, 3);
  assert.deepEqual(
    result.failures.map(({ name, where }) => [name, where]),
    [["bad", "two-of-two.ts:3"]],
  );
});

test("of files that share a process, the one that fails as a whole is named", async () => {
  const good = `test("good", () => {});`;
  for (const [name, source] of Object.entries({ silent: "", loading: `throw new Error("boom");`, stuck: stuckTest })) {
    const result = await runTogether({ good, [name]: source });
    assert.deepEqual(
      [...new Set(result.failures.map(({ where }) => where.replace(/:\d+$/, "")))],
      [`${name}.ts`],
      name,
    );
    assert.equal(result.passed, 1, name);
  }
});

test("what goes wrong after its test has ended is a failure, and it is told", async () => {
  const late = `setTimeout(() => void Promise.reject(new Error("late")), 10)`;
  const wait = `new Promise((resolve) => setTimeout(resolve, 50))`;
  const result = await runPlanted("late", `test("a", () => { ${late}; }); test("b", () => ${wait});`);
  assert.match(errorOf(result).join(), /^after a test had ended: Error: Test "a".*Error: late/);
});

test("a file that exits with success before its tests are over has failed", async () => {
  const result = await runPlanted("exits", `test("good", () => {}); test("exits", () => process.exit(0));`);
  assert.equal(result.failures.length, 1);
});

test("a file that blocks its own event loop is ended", async () => {
  const result = await runPlanted("blocks", stuckTest);
  assert.match(errorOf(result).join(), /the file itself: It was still running after/);
});

test("a file that leaves a process behind has failed, and the process is gone", async () => {
  const spawnSleep = `spawn("sleep", ["60"], { stdio: "ignore" })`;
  const result = await runPlanted(
    "leaves",
    `import { spawn } from "node:child_process";
     test("leaves", () => { const child = ${spawnSleep}; console.log(child.pid); child.unref(); });`,
  );
  assert.deepEqual(errorOf(result), ["the file itself: It left processes running."]);
  const pid = Number(result.failures[0]?.output);
  // A zombie is gone too: its reaper is someone else.
  assert.throws(() => {
    process.kill(pid, 0);
    if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) throw new Error("zombie");
  });
});
