/** Writes the table of docs/configuration.md: `npm run docs` in packages/config. */
import { readFileSync, writeFileSync } from "node:fs";
import { withConfigurationTable } from "./configuration-docs.ts";

const path = new URL("../../../docs/configuration.md", import.meta.url);
writeFileSync(path, withConfigurationTable(readFileSync(path, "utf8")));
