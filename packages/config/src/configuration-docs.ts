/** docs/configuration.md as the table of variables makes it: the text between the markers is written, the rest is not. */
import type { Variable } from "./variable.ts";
import { variables } from "./variables.ts";

const begin = "<!-- written by packages/config: begin -->";
const end = "<!-- written by packages/config: end -->";

/**
 * `document` with the present table between its markers.
 * @throws Error where the markers are missing.
 */
export function withConfigurationTable(document: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the document needs the lines ${begin} and ${end}`);
  const table = `${begin}\n<!-- prettier-ignore-start -->\n\n${configurationTable()}\n<!-- prettier-ignore-end -->\n`;
  return document.slice(0, from) + table + document.slice(to);
}

/** The table in Markdown, one row a variable. */
function configurationTable(): string {
  const rows = Object.values<Variable<unknown>>(variables).map((variable) => {
    const { name, type, range, unit, services, secret, doc } = variable;
    const names = secret ? `\`${name}\` or \`${name}_FILE\`` : `\`${name}\``;
    const written = variable.default === undefined ? "none" : `\`${variable.default}\``;
    const values = [type, range === "" ? "" : `: ${range}`, unit === "" ? "" : ` (${unit})`].join("");
    return `| ${[names, values, written, services.join(", ") || "tests", doc].map(cell).join(" | ")} |`;
  });
  return ["| variable | value | default | read by | what it does |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
