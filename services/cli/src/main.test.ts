import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";

const entrain = (...argv: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...argv], { encoding: "utf8", timeout: 20_000 });

describe("the entrain command", () => {
  test("tells its version", () => {
    const { status, stdout } = entrain("--version");
    assert.equal(status, 0);
    assert.match(stdout, /^entrain \d+\.\d+\.\d+\n$/);
  });

  for (const argv of [["--help"], ["up", "--help"], ["status", "--help"], ["decisions", "-h"], ["replay", "--help"]])
    test(`answers ${argv.join(" ")} on stdout with exit code 0`, () => {
      const { status, stdout, stderr } = entrain(...argv);
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, argv.length === 1 ? /entrain COMMAND/ : /--(port|url) /);
    });

  const wrong: [string[], RegExp][] = [
    [
      [],
      /^entrain: entrain needs a command: choose one of up, status, goal, replay, decisions, budget, voters, session, certs, acl, sim\n$/,
    ],
    [["fly"], /^entrain: "fly" is no command of entrain: choose one of/],
    [["up", "--goal", "dance"], /^entrain: --goal is "dance": .*\n$/],
    [["up", "--period", "soon"], /^entrain: --period is "soon": .*\n$/],
    [["status", "--url", "here"], /^entrain: --url is "here": .*\n$/],
    [["replay"], /^entrain: entrain replay needs a file: .*\n$/],
    [["replay", "x.csv", "--speed", "-1"], /^entrain: --speed is "-1": .*\n$/],
    [["goal", "--period", "1s"], /^entrain: --period is given without a goal: .*\n$/],
    [["goal", "sync", "--groups", "few"], /^entrain: --groups is "few": .*\n$/],
    [["decisions", "--limit", "0"], /^entrain: --limit is "0": .*\n$/],
  ];
  for (const [argv, sentence] of wrong)
    test(`refuses "${argv.join(" ")}" in one sentence on stderr with exit code 2`, () => {
      const { status, stdout, stderr } = entrain(...argv);
      assert.deepEqual([status, stdout], [2, ""]);
      assert.match(stderr, sentence);
    });

  test("names a file of telemetry that is not there, with exit code 78", () => {
    const { status, stderr } = entrain("replay", "no-such-file.csv");
    assert.equal(status, 78);
    assert.match(stderr, /^entrain: FILE is "no-such-file.csv": .*\n$/);
  });

  test("says where it looked for a console that is not there", () => {
    const { status, stderr } = entrain("status", "--url", "http://127.0.0.1:1");
    assert.equal(status, 1);
    assert.match(stderr, /^entrain: the console at http:\/\/127\.0\.0\.1:1 does not answer: .*\n$/);
  });
});
