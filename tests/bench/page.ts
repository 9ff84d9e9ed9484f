/**
 * How smoothly the console's page draws: frames per second of a headless Chromium, beside a page that draws nothing. The
 * agents are made here and answered in the console's place, so that a thousand of them cost the machine no processes.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { startBrowser, withoutBrowser } from "../e2e/browser.ts";
import { distribution, type Figure } from "./figure.ts";
import type { Suite } from "./suite.ts";

const suite = "page";
const built = path.join(import.meta.dirname, "../../services/console/page/dist");
const origin = "http://swarm.test";
const framesMeasured = 600;
const viewport = { width: 1_280, height: 900 };
const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Frames per second, frame by frame. */
async function framesPerSecond(page: Page): Promise<number[]> {
  const gapsMs = await page.evaluate<number[]>(`new Promise((resolve) => {
    const gaps = [];
    let last;
    const frame = (now) => {
      if (last !== undefined) gaps.push(now - last);
      last = now;
      if (gaps.length < ${framesMeasured}) requestAnimationFrame(frame);
      else resolve(gaps);
    };
    requestAnimationFrame(frame);
  })`);
  return gapsMs.filter((gap) => gap > 0).map((gap) => 1_000 / gap);
}

/** `count` agents of a period of 2 s, evenly spread, as `GET /api/v1/agents` would tell them at this instant. */
function agentsNow(count: number): unknown[] {
  const periodMs = 2_000;
  return Array.from({ length: count }, (_, index) => ({
    agentId: `agent-${index + 1}`,
    incarnation: 1,
    state: "alive",
    role: index === 0 ? "leader" : "follower",
    health: 1,
    address: "127.0.0.1:1",
    host: "simulated",
    pid: index + 1,
    phaseRad: 2 * Math.PI * ((performance.now() / periodMs + index / count) % 1),
    periodMs,
    energy: null,
    strategy: "rank-slots",
    lastBeatAt: null,
    opsUrl: "",
  }));
}

const unknownRhythm = {
  goal: null,
  strategy: null,
  coherence: 0.5,
  maxGapRatio: 1,
  peakLoad: 1,
  spreadMs: { p50: 1, p99: 2 },
  cadenceErrorPpm: 3,
  converged: true,
  convergedAfterMs: null,
};

function answerOf(pathname: string, agents: number): unknown {
  if (pathname === "/api/v1/agents") return { agents: agentsNow(agents) };
  if (pathname === "/api/v1/decisions") return { decisions: [] };
  if (pathname === "/api/v1/context") return { version: 0, document: {} };
  if (pathname === "/api/v1/context/history") return { versions: [], oldest: 0 };
  const decisions = { count: 0, divergence: 0, safeAlone: 0, cacheHitRate: null };
  return {
    swarmId: "simulated",
    agents,
    leader: { agentId: "agent-1", term: 1, leaseUntil: null },
    rhythm: unknownRhythm,
    context: { version: 0 },
    decisions: { ...decisions, latencyMs: { p50: null, p95: null, p99: null } },
    store: { up: true, generation: 1 },
  };
}

/** Answers the page's files and calls in the console's place. */
async function serve(page: Page, agents: number): Promise<void> {
  await page.route(`${origin}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    // It ends at once and the page opens it again, and reads everything anew each time: more work than a quiet swarm is.
    if (pathname === "/api/v1/events") await route.fulfill({ contentType: "text/event-stream", body: ": ok\n\n" });
    else if (pathname.startsWith("/api/")) await route.fulfill({ json: answerOf(pathname, agents) });
    else {
      const file = path.join(built, pathname === "/" ? "index.html" : pathname);
      await route.fulfill({ body: readFileSync(file), contentType: contentTypes[path.extname(file)] ?? "text/plain" });
    }
  });
}

async function measureEmpty(browser: Browser): Promise<number> {
  const page = await browser.newPage({ viewport });
  await page.setContent("<p>nothing</p>");
  const frames = await framesPerSecond(page);
  await page.close();
  return frames.sort((a, b) => a - b)[Math.floor(frames.length / 2)] ?? Number.NaN;
}

async function* measure(say: (line: string) => void): AsyncGenerator<Figure> {
  if (withoutBrowser !== false) throw new Error(withoutBrowser);
  if (!existsSync(path.join(built, "index.html"))) throw new Error("the page was not built: npm run setup builds it");
  const browser = await startBrowser();
  try {
    const peer = { name: "a page that draws nothing", p50: await measureEmpty(browser) };
    for (const agents of [5, 1_000]) {
      say(`${agents} agents`);
      const page = await browser.newPage({ viewport });
      await serve(page, agents);
      await page.goto(`${origin}/`);
      await page.locator("#agents tbody tr").first().waitFor();
      const conditions = `${agents} simulated agents, ${viewport.width} × ${viewport.height}, drawn by software`;
      const frames = await framesPerSecond(page);
      yield distribution({ suite, name: "frames drawn", conditions, unit: "1/s" }, frames, peer);
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

/** Frames per second of the live page. */
export const pageSuite: Suite = {
  name: suite,
  about: "How many frames a second the console's page draws in a headless browser, with 5 and with 1,000 agents.",
  measure,
};
