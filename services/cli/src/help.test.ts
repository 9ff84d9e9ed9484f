import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { helpText } from "./help.ts";

const document = readFileSync(new URL("../../../docs/commands.md", import.meta.url), "utf8");

for (const command of [
  undefined,
  "up",
  "status",
  "goal",
  "decisions",
  "replay",
  "voters",
  "session",
  "certs",
  "acl",
  "sim",
] as const)
  test(`docs/commands.md shows what ${command ?? "entrain"} --help says, word for word`, () => {
    assert.ok(document.includes(`\`\`\`text\n${helpText(command)}\`\`\``), "copy the help text into the document");
  });
