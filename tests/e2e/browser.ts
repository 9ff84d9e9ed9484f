/**
 * A headless Chromium on the live page. The browser is the distribution's (`chromium`), never one that an install script
 * downloads; where there is none, tests of the page say so and are skipped.
 */
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env["CHROMIUM_PATH"] ?? places.find((place) => existsSync(place));

/** Why there is no browser; false where there is one. */
export const withoutBrowser: string | false =
  executablePath === undefined ? `no ${places.join(", ")}: install chromium` : false;

/** Starts the browser. */
export async function startBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(String(withoutBrowser));
  return await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
}

/** A page's figures as it shows them: name to text, of every `dt` and its `dd`. */
export async function factsOf(page: Page): Promise<Readonly<Record<string, string>>> {
  const [names, values] = await Promise.all([
    page.locator("#swarm .facts dt").allTextContents(),
    page.locator("#swarm .facts dd").allTextContents(),
  ]);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
}

/** The texts of a table, row by row. */
export async function rowsOf(page: Page, table: string): Promise<readonly (readonly string[])[]> {
  const rows = await page.locator(`${table} tbody tr`).all();
  return await Promise.all(rows.map((row) => row.locator("td").allTextContents()));
}
