import assert from "node:assert/strict";
import { test } from "node:test";
import { swarmView } from "../console/view-samples.ts";
import type { AccountEvent } from "./account-event.ts";
import { createHumanAccount } from "./human-account.ts";
import { plainStyle, styleOf, type Style } from "./style.ts";

function told(style: Style, events: readonly AccountEvent[]): string {
  let text = "";
  const account = createHumanAccount((more) => {
    text += more;
  }, style);
  for (const event of events) account.tell(event);
  return text;
}

const coherence = (value: number): AccountEvent => ({ kind: "coherence", value });
const status = (sinceReadyMs: number, converged: boolean): AccountEvent => ({
  kind: "status",
  sinceReadyMs,
  swarm: swarmView({ rhythm: { ...swarmView().rhythm, converged } }),
});
const service = (index: number, lives = 1): AccountEvent => ({
  kind: "service",
  name: `agent-${index}`,
  pid: index,
  opsUrl: "http://127.0.0.1:1",
  lives,
});

test("off a terminal, rising coherence is told at its milestones, each once", () => {
  const lines = told(plainStyle, [0.2, 0.6, 0.4, 0.6, 0.95, 0.999, 0.999].map(coherence)).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.split(" ").filter((word) => word !== "")[1]),
    ["0.6000", "0.9500", "0.9990"],
  );
});

test("on a terminal, rising coherence is one line redrawn in place, and the next line does not run into it", () => {
  const style: Style = { colour: false, blocks: true, redraw: true };
  const text = told(style, [coherence(0.1), coherence(0.6), coherence(0.99), { kind: "note", text: "next" }]);
  assert.equal(
    text,
    "\r\u001b[K  coherence ▁ 0.1000\r\u001b[K  coherence ▁▅ 0.6000\r\u001b[K  coherence ▁▅█ 0.9900\n  next\n",
  );
});

test("figures come every two seconds at first and every ten later, and at once when the rhythm has converged", () => {
  const at = (fromMs: number, toMs: number, convergedFromMs = 0) =>
    Array.from({ length: (toMs - fromMs) / 1_000 }, (_, index) => fromMs + index * 1_000).map((ms) =>
      status(ms, ms >= convergedFromMs),
    );
  const figures = (events: readonly AccountEvent[]) => told(plainStyle, events).trimEnd().split("\n").slice(1);
  assert.match(told(plainStyle, at(0, 2_000)), /^ {2}time +coherence/, "under a header");
  assert.equal(figures(at(0, 20_000)).length, 10);
  assert.equal(figures(at(30_000, 60_000)).length, 3);
  assert.equal(figures(at(30_000, 60_000, 33_000)).length, 4);
});

test("a swarm's processes are listed up to sixteen and counted beyond, but a new life is always told", () => {
  const many = Array.from({ length: 30 }, (_, index) => service(index + 1));
  const lines = told(plainStyle, [...many, service(3, 2)])
    .trimEnd()
    .split("\n");
  assert.equal(lines.length, 16 + 2 + 1);
  assert.equal(lines[16], "  20 processes are ready");
  assert.match(lines.at(-1)!, /agent-3 .* start number 2/);
});

test("of a flood of events the first ten are told and the others counted, a second at a time", () => {
  const decision: AccountEvent = {
    kind: "event",
    sinceReadyMs: 500,
    event: { type: "decision.committed", data: { action: "cool", reasoning: "too hot" } },
  };
  const flood = Array.from({ length: 1_000 }, () => decision);
  const lines = told(plainStyle, [...flood, status(1_000, true), decision, status(2_000, true)])
    .trimEnd()
    .split("\n");
  assert.equal(lines.filter((line) => line.includes("decision cool")).length, 11);
  assert.deepEqual(
    lines.filter((line) => line.includes("more of")),
    ["  and 990 more of decision.committed"],
  );
});

test("the style follows the terminal, TERM, NO_COLOR and the locale", () => {
  const utf8 = { TERM: "xterm", LANG: "en_US.UTF-8" };
  assert.deepEqual(styleOf(true, utf8), { colour: true, blocks: true, redraw: true });
  assert.deepEqual(styleOf(true, { ...utf8, NO_COLOR: "1" }), { colour: false, blocks: true, redraw: true });
  assert.equal(styleOf(true, { ...utf8, NO_COLOR: "" }).colour, true);
  assert.equal(styleOf(true, { ...utf8, LC_ALL: "C" }).blocks, false);
  assert.deepEqual(styleOf(true, { ...utf8, TERM: "dumb" }), plainStyle);
  assert.deepEqual(styleOf(false, utf8), plainStyle);
});
