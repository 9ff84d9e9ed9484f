/** Documentation: every relative link leads to a file, and every anchor to a heading of it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root, textFiles, type RepositoryFile } from "./repository.ts";

const documents = textFiles.filter((file) => file.path.endsWith(".md"));

/** Text without fenced blocks and inline code: what looks like a link in there is an example. */
const prose = (text: string) => text.replaceAll(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, "").replaceAll(/`[^`\n]*`/g, "");

function linkTargets(text: string): string[] {
  const inline = [...prose(text).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...prose(text).matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)];
  return [...inline, ...references].map((match) => match[1] ?? "");
}

/** GitHub's rule: lower case, punctuation dropped, spaces to hyphens. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => match[1] ?? "");
  const slugs = headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
  const explicit = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? "");
  return new Set([...slugs, ...explicit]);
}

function brokenLink(document: RepositoryFile, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [file = "", anchor] = target.split("#");
  const from = path.join(root, path.dirname(document.path));
  const absolute = file === "" ? path.join(root, document.path) : path.resolve(from, decodeURIComponent(file));
  if (!existsSync(absolute)) return `${document.path}: ${target} (no such file)`;
  if (anchor === undefined || !absolute.endsWith(".md")) return undefined;
  const known = anchorsOf(readFileSync(absolute, "utf8"));
  return known.has(anchor) ? undefined : `${document.path}: ${target} (no such heading)`;
}

test("every relative link in the documentation leads somewhere", () => {
  const broken = documents.flatMap((document) =>
    linkTargets(document.text).flatMap((target) => brokenLink(document, target) ?? []),
  );
  assert.deepEqual(broken, []);
});
