/** A config that may be logged. */
import type { Variable } from "./variable.ts";
import { variables, type Config } from "./variables.ts";

/** The config with its secrets masked: a URL keeps its host, any other secret shows only that it is set. */
export function redacted(config: Partial<Config>): Readonly<Record<string, unknown>> {
  const table: Readonly<Record<string, Variable<unknown> | undefined>> = variables;
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const variable = table[key];
      if (variable?.secret !== true || value === undefined) return [key, value];
      return [key, variable.type === "URL" && typeof value === "string" ? maskUrl(value) : "***"];
    }),
  );
}

function maskUrl(text: string): string {
  if (!URL.canParse(text)) return "***";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") url.username = url.password = "***";
  // Some clients take a password from the query, too.
  url.search = "";
  return url.href;
}
