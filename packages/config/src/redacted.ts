/** A config that may be logged. */
import type { Variable } from "./variable.ts";
import { variables } from "./variables.ts";

/**
 * What is set in the config, with its secrets masked: a URL keeps its host, any other secret shows only that it is set.
 */
export function redacted(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const table: Readonly<Record<string, Variable<unknown> | undefined>> = variables;
  const set = Object.entries(config).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    set.map(([key, value]) => {
      const variable = table[key];
      if (variable?.secret !== true) return [key, value];
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
