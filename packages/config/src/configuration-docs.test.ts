import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withConfigurationTable } from "./configuration-docs.ts";
import { variables } from "./variables.ts";

const document = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");

test("docs/configuration.md is what the table of variables says (npm run docs in packages/config)", () => {
  assert.equal(document, withConfigurationTable(document));
});

test("each variable has its row, and the text around the table stays as it is", () => {
  const written = withConfigurationTable(document.replace(/\| `ENTRAIN_SWARM`.*\n/, ""));
  for (const { name } of Object.values(variables)) assert.ok(written.includes(`| \`${name}\``), name);
  assert.equal(written, document);
  assert.throws(() => withConfigurationTable("no markers"), /needs the lines/);
});
