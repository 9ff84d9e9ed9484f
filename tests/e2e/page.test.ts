import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { after, before, describe, test, type TestContext } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { factsOf, rowsOf, startBrowser, withoutBrowser } from "./browser.ts";
import { startSwarm, type SwarmUnderTest } from "./swarm-under-test.ts";
import { until } from "./until.ts";

const compressedMaxBytes = 200_000;

describe("the live page of a whole swarm", { skip: withoutBrowser }, () => {
  let swarm: SwarmUnderTest;
  let browser: Browser;
  before(async () => {
    [swarm, browser] = await Promise.all([startSwarm(), startBrowser()]);
  });
  after(async () => {
    await browser.close();
    await swarm[Symbol.asyncDispose]();
  });

  /** The page, opened and live; it fails the test on anything that the browser complains of. */
  async function openPage(t: TestContext, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    const context = await browser.newContext(options);
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    t.after(() => {
      assert.deepEqual(
        complaints.filter((text) => !text.includes("ERR_")),
        [],
        "the browser complains",
      );
    });
    await page.goto(swarm.url);
    await page.locator(".connection.live").waitFor();
    return page;
  }

  const shown = (page: Page, name: string) => until(`${name} is shown`, async () => (await factsOf(page))[name]);

  test("what every panel shows is what the API answers", async (t) => {
    const { decisionId } = (await swarm.api.inject({ temperature: 85 }, "shown-on-the-page")).decisions[0]!;
    const page = await openPage(t);
    await until("the figures agree with the API", async () => {
      const [seen, facts] = [await swarm.api.swarm(), await factsOf(page)];
      assert.equal(facts["Agents alive"], String(seen.agents));
      assert.equal(facts["Leader"], seen.leader.agentId);
      assert.equal(facts["Term"], String(seen.leader.term));
      assert.equal(facts["Divergence"], String(seen.decisions.divergence));
      assert.equal(facts["Decisions"], String(seen.decisions.count));
      assert.equal(facts["Context"], String(seen.context.version));
      assert.equal(facts["Coherence"]?.slice(0, 4), seen.rhythm.coherence?.toFixed(4).slice(0, 4));
      return true;
    });
    const agents = await swarm.api.agents();
    assert.deepEqual(
      (await rowsOf(page, "#agents")).map(([agentId, state, role]) => [agentId, state, role]),
      agents.map(({ agentId, state, role }) => [agentId, state, role]),
    );
    const entry = page.locator("#decisions details", { hasText: decisionId });
    await entry.locator("summary").click();
    const acts = await rowsOf(page, "#decisions details[open]");
    assert.deepEqual(acts.map(([agentId]) => agentId).sort(), agents.map(({ agentId }) => agentId).sort());
    assert.equal(new Set(acts.map(([, action]) => action)).size, 1);
  });

  test("the circle moves, and its arrow is as long as the coherence says", async (t) => {
    const page = await openPage(t);
    const picture = () => page.evaluate<string>(`document.querySelector(".circle canvas").toDataURL()`);
    const first = await picture();
    await until("it has moved", async () => (await picture()) !== first);
    await page
      .locator(".circle canvas")
      .and(page.getByRole("img", { name: /coherence (0\.99|1\.0)/ }))
      .waitFor();
  });

  test("the leader resigns from the page, once that was confirmed, and the page shows the next one", async (t) => {
    const page = await openPage(t);
    const before = (await swarm.api.leader()).agentId;
    await page.getByRole("button", { name: "Have it resign" }).click();
    await page.getByRole("button", { name: "Leave it" }).click();
    assert.equal((await swarm.api.leader()).agentId, before, "nothing happens without a confirmation");
    await page.getByRole("button", { name: "Have it resign" }).click();
    await page.getByRole("button", { name: "Do it" }).click();
    await page.getByText(`${before} gave up term`).waitFor();
    await until("somebody else leads, on the page too", async () => {
      const { term } = await swarm.api.leader();
      return (await shown(page, "Term")) === String(term) && term !== null;
    });
    await page.getByRole("button", { name: "Close" }).click();
    await page.locator("#rhythm summary").click();
    await page.locator(".marks .leader").first().waitFor();
  });

  test("the goal is set from the page, and the swarm follows", async (t) => {
    const page = await openPage(t);
    await page.getByLabel("Agents beat").selectOption("evenly spread");
    await page.getByLabel("Period, ms").fill("500");
    await page.getByRole("button", { name: "Set the goal" }).click();
    await page.getByRole("button", { name: "Do it" }).click();
    await page.getByText(/^Goal 2 holds from beat \d+ on\.$/).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await until("the page shows the goal", async () => (await shown(page, "Goal")) === "spread, every 500 ms");
    await until("the swarm has spread", async () => {
      const { goal, maxGapRatio } = await swarm.api.rhythm();
      return goal.kind === "spread" && maxGapRatio !== null && maxGapRatio < 1.1;
    });
    await page.getByLabel("Agents beat").selectOption("at a chosen coherence");
    await page.getByLabel("Period, ms").fill("5");
    await page.getByRole("button", { name: "Set the goal" }).click();
    assert.equal(await page.locator("dialog[open]").count(), 0, "an impossible period does not even leave the form");
  });

  test("a budget is shown with its use, as it changes", async (t) => {
    const page = await openPage(t);
    const post = (path: string, body: unknown) =>
      page.request.post(new URL(`/api/v1/budgets${path}`, swarm.url).href, { data: body });
    await post("", { budgetId: "pool", limits: { credits: 100 } });
    await page.getByLabel("pool, credits: 0 of 100").waitFor();
    await post("/pool/allocations", { requestId: "r", amounts: { credits: 30 } });
    await page.getByLabel("pool, credits: 30 of 100").waitFor();
  });

  test("a session of the swarm's own agents is shown with its steps, as a coordinator drives it", async (t) => {
    const page = await openPage(t);
    const answer = await page.request.post(new URL("/api/v1/sessions", swarm.url).href, {
      data: {
        goal: { description: "count the words" },
        pattern: {
          pattern: "parallel-merge",
          over: ["to be", "or not to be"],
          each: { capability: "text.words" },
          merge: "sum",
        },
      },
    });
    assert.equal(answer.status(), 201, await answer.text());
    const entry = page.locator("#sessions details", { hasText: "count the words" });
    await entry.getByText("converged, score 100").waitFor();
    await entry.locator("summary").click();
    await entry.locator("tbody tr").nth(1).waitFor();
    const steps = await rowsOf(page, "#sessions details[open]");
    assert.deepEqual(
      steps.map(([path, capability, state]) => [path, capability, state]),
      [
        ["1/0", "text.words", "done"],
        ["1/1", "text.words", "done"],
      ],
    );
  });

  test("a reading is reported by keyboard alone", async (t) => {
    const page = await openPage(t);
    await page.getByLabel("Value").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Leave it" }).waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate<string>("document.activeElement.textContent"), "Do it");
    await page.keyboard.press("Enter");
    await page.getByText(/^5 agents decided cool_down; divergence 0/).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "hidden" });
  });

  test("when the console dies the page says so, and goes on with the next one", async (t) => {
    const page = await openPage(t);
    process.kill(swarm.service("console").pid, "SIGKILL");
    await page.locator(".connection.lost").waitFor();
    await page.locator(".connection.live").waitFor();
    const { decisionId } = (await swarm.api.inject({ temperature: 86 }, "after-the-console")).decisions[0]!;
    await page.locator("#decisions details", { hasText: decisionId }).waitFor({ state: "attached" });
  });

  test("axe finds nothing, and nothing is cut off, from 360 px on, light and dark", async (t) => {
    for (const width of [360, 1_280, 1_920]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await openPage(t, { viewport: { width, height: 900 }, colorScheme });
        await page.locator("#agents tbody tr").first().waitFor();
        const { violations } = await new AxeBuilder({ page }).analyze();
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        assert.deepEqual(told, [], `${width} px, ${colorScheme}`);
        await page.screenshot({ path: `.entrain/page-${width}-${colorScheme}.png`, fullPage: true });
        const overflows = await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
        assert.equal(overflows, false, `${width} px, ${colorScheme}: it scrolls sideways`);
      }
    }
  });

  test("it loads nothing from elsewhere, and little: less than 200 kB compressed", async (t) => {
    const page = await openPage(t);
    const urls = new Set<string>();
    page.on("request", (request) => urls.add(request.url()));
    await page.reload();
    await page.locator(".connection.live").waitFor();
    const hosts = new Set([...urls].map((url) => new URL(url).host));
    const fileUrls = [...urls].filter((url) => !url.includes("/api/"));
    assert.ok(fileUrls.length >= 3, `the page, its script and its style: ${fileUrls.join(" ")}`);
    // Fetched again, not read from the browser: what it has loaded it may have let go of by now.
    const files = await Promise.all(fileUrls.map(async (url) => (await page.request.get(url)).body()));
    const compressed = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
    assert.ok(compressed < compressedMaxBytes, `${compressed} bytes`);
    assert.deepEqual([...hosts], [new URL(swarm.url).host]);
  });
});
