import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { exitCodeOf } from "../exit-code.ts";
import { readUpOptions, type UpOptions } from "./up-options.ts";

const defaults: UpOptions = {
  agents: 5,
  periodMs: 1_000,
  goal: "sync",
  port: 8080,
  forMs: undefined,
  json: false,
  restart: false,
  replay: undefined,
};

const accepted: [string, Partial<UpOptions>][] = [
  ["", {}],
  ["--agents 3", { agents: 3 }],
  ["--agents=12 --agents 13", { agents: 13 }],
  ["--period 200ms", { periodMs: 200 }],
  ["--period=1.5s", { periodMs: 1_500 }],
  ["--goal sync", { goal: "sync" }],
  ["--goal spread", { goal: "spread" }],
  ["--goal cluster", { goal: "cluster" }],
  ["--goal coherence", { goal: "coherence" }],
  ["--goal minimise-latency", { goal: "minimise-latency", periodMs: 100 }],
  ["--goal minimise-latency --period 2s", { goal: "minimise-latency", periodMs: 2_000 }],
  ["--agents medium", { agents: 200 }],
  ["--port 0", { port: 0 }],
  ["--for 20s --json --restart", { forMs: 20_000, json: true, restart: true }],
  [`--replay ${import.meta.filename}`, { replay: { file: import.meta.filename, speed: 1 } }],
  [`--replay ${import.meta.filename} --replay-speed 0`, { replay: { file: import.meta.filename, speed: 0 } }],
  [`--replay ${import.meta.filename} --replay-speed 2.5`, { replay: { file: import.meta.filename, speed: 2.5 } }],
];

/** Command line, and what its one sentence must name: flag, value, remedy. */
const refused: [string, RegExp][] = [
  ["--agents 0", /^--agents is "0": give a whole number from 1 to 2000, or a scale: tiny, small, medium, large, huge$/],
  ["--agents enormous", /^--agents is "enormous": give a whole number/],
  ["--goal distribute-load --agents 1", /^--goal is "distribute-load": a spread needs at least 2 agents/],
  ["--goal reach-consensus --agents 1", /^--goal is "reach-consensus": the coherence of one agent is always 1/],
  ["--agents -1", /^--agents is "-1": give a whole number/],
  ["--agents 2.5", /^--agents is "2.5": give a whole number/],
  ["--agents five", /^--agents is "five": give a whole number/],
  ["--agents", /^--agents has no value: write --agents VALUE/],
  ["--agents=", /^--agents has no value/],
  ["--period 1", /^--period is "1": write a number and a unit: 200ms/],
  ["--period 0s", /^--period is "0s": choose a period from 20 ms/],
  [
    "--period 48h",
    /^--period is "48h": choose a period from 20 ms to .* \(24 h\); the nearest possible: .* --period 1d$/,
  ],
  [
    "--goal dance",
    /^--goal is "dance": choose one of sync, .*, distribute-load, .*; the nearest possible: npm start -- --agents 5 --goal sync --period 1s$/,
  ],
  [
    "--goal spread --agents 1",
    /^--goal is "spread": a spread needs at least 2 agents, .*; the nearest possible: npm start -- --agents 1 --goal sync --period 1s$/,
  ],
  ["--port 65536", /^--port is "65536": give a whole number from 0 to 65535$/],
  ["--port http", /^--port is "http"/],
  ["--for 20", /^--for is "20": write a number and a unit/],
  ["--for 0s", /^--for is "0s": give a duration above zero/],
  ["--for --json", /^--for is "--json": write a number and a unit/],
  ["--json=yes", /^--json is "yes": it takes no value; write --json alone$/],
  ["--agnets 5", /^--agnets is not a flag of entrain up: did you mean --agents\? entrain up --help lists/],
  ["--completely-else", /^--completely-else is not a flag of entrain up: entrain up --help lists/],
  ["-n 5", /^-n is not a flag of entrain up/],
  ["--constructor 1", /^--constructor is not a flag of entrain up/],
  ["five", /^"five" is not expected by entrain up: leave it out; entrain up --help lists/],
  ["--replay /no/such/file", /^--replay is "\/no\/such\/file": name a readable file/],
  ["--replay-speed 2", /^--replay-speed is "2": it goes with --replay FILE/],
  [
    `--replay ${import.meta.filename} --replay-speed fast`,
    /^--replay-speed is "fast": give a factor from 0.01 to 10000, or 0/,
  ],
];

const fallback = { periodMs: 1_000, goal: "sync", port: 8080 } as const;
const words = (line: string) => line.split(" ").filter((word) => word !== "");

describe("the command line of entrain up", () => {
  for (const [line, expected] of accepted)
    test(`"${line}" is understood`, () => {
      assert.deepEqual(readUpOptions(words(line), fallback), { ...defaults, ...expected });
    });

  test("what the flags leave out comes from the environment, and a flag goes before it", () => {
    const fromEnvironment = { periodMs: 250, goal: "sync", port: 9090 } as const;
    const options = readUpOptions(["--port", "0"], fromEnvironment);
    assert.deepEqual([options.periodMs, options.port], [250, 0]);
  });

  for (const [line, sentence] of refused)
    test(`"${line}" is refused with exit code 2 and one sentence`, () => {
      const thrown = caught(() => readUpOptions(words(line), fallback));
      assert.match(thrown.message, sentence);
      assert.doesNotMatch(thrown.message, /\n/);
      assert.equal(exitCodeOf(thrown), 2);
    });
});

function caught(body: () => unknown): EntrainError {
  try {
    body();
  } catch (thrown) {
    assert.ok(thrown instanceof EntrainError, String(thrown));
    return thrown;
  }
  assert.fail("nothing was thrown");
}
