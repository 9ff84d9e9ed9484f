/**
 * The environment as one validated, total, frozen config. Every known variable is checked, whichever service reads it: a
 * setting that is wrong for one service is wrong for the fleet. All problems are told at once, one line each, and no
 * line shows a secret.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { EntrainError } from "@entrain/kernel";
import { crossCheck, type Problem } from "./cross-checks.ts";
import { isInjected, nearestVariable } from "./unknown-names.ts";
import type { ServiceName, Variable } from "./variable.ts";
import { variables, type Config, type ConfigKey } from "./variables.ts";

/** The environment: `process.env`, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const table = Object.entries(variables) as [ConfigKey, Variable<unknown>][];
const schema = z.object(Object.fromEntries(table.map(([key, { schema: of }]) => [key, of.optional()])));
const fileSuffix = "_FILE";
/** Longest file of a secret, characters; each type has a bound of its own below it. */
const secretMax = 65_536;

/** A text of the environment and the variable that it was found under. */
interface Found {
  readonly name: string;
  readonly text: string;
}

/**
 * The config of `service`. A variable that is set to nothing counts as not set.
 * @throws EntrainError `invalid-config` with one line for each problem; `field` is the first one's variable.
 */
export function loadConfig<Service extends ServiceName>(service: Service, env: Environment): Config<Service> {
  const problems = unknownNames(env);
  const found = new Map<ConfigKey, Found>();
  const unread: ConfigKey[] = [];
  for (const [key, variable] of table) {
    const before = problems.length;
    const text = findText(variable, env, problems);
    if (text !== undefined) found.set(key, text);
    else if (problems.length > before) unread.push(key);
  }
  const values = parseTexts(found, problems);
  // Set, but not known: no check between variables may take it for unset.
  for (const key of unread) values.delete(key);
  problems.push(...crossCheck(values));
  if (problems.length > 0) throw configError(problems);

  const own: Record<string, unknown> = {};
  for (const [key, { services }] of table) if (services.includes(service)) own[key] = freeze(values.get(key));
  own["given"] = Object.freeze([...found.values()].map(({ name }) => name));
  return Object.freeze(own) as Config<Service>;
}

function unknownNames(env: Environment): Problem[] {
  const known = table.flatMap(([, { name, secret }]) => (secret ? [name, `${name}${fileSuffix}`] : [name]));
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("ENTRAIN_") || known.includes(name) || isInjected(name, value ?? "")) continue;
    const near = nearestVariable(name, known);
    const remedy = near === undefined ? "remove it; docs/configuration.md lists them" : `did you mean ${near}?`;
    problems.push({ name, line: `${name} is no variable of Entrain: ${remedy}` });
  }
  return problems;
}

/** The text for a variable: its own, that of its file, or its alias's. */
function findText(variable: Variable<unknown>, env: Environment, problems: Problem[]): Found | undefined {
  const { name, alias, secret, type } = variable;
  const own = textOf(env, name, type);
  const path = secret ? textOf(env, `${name}${fileSuffix}`) : undefined;
  if (own !== undefined && path !== undefined)
    problems.push({ name, line: `${name} and ${name}${fileSuffix} are both set: remove one` });
  if (own !== undefined) return { name, text: own };
  if (path !== undefined) return readSecret(`${name}${fileSuffix}`, path, problems);
  const other = alias === undefined ? undefined : textOf(env, alias);
  return alias === undefined || other === undefined ? undefined : { name: alias, text: other };
}

/** White space around a value is not meant, except in a text, which may be a password. */
function textOf(env: Environment, name: string, type?: string): string | undefined {
  const text = env[name] ?? "";
  const trimmed = text.trim();
  if (trimmed === "" || isInjected(name, trimmed)) return undefined;
  return type === "text" ? text : trimmed;
}

function readSecret(name: string, path: string, problems: Problem[]): Found | undefined {
  let wrong: string;
  try {
    const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    if (text !== "" && text.length <= secretMax) return { name, text };
    wrong = text === "" ? "the file is empty; write the secret into it" : "the file is too long for a secret";
  } catch (thrown) {
    wrong = `it cannot be read (${EntrainError.from(thrown).message}); name a readable file`;
  }
  problems.push({ name, line: `${name} is ${JSON.stringify(path)}: ${wrong}` });
  return undefined;
}

/** The values of what was found and the defaults of the rest; keys with a problem are left out. */
function parseTexts(found: ReadonlyMap<ConfigKey, Found>, problems: Problem[]): Map<ConfigKey, unknown> {
  const texts = Object.fromEntries(table.map(([key, variable]) => [key, found.get(key)?.text ?? variable.default]));
  const parsed = schema.safeParse(texts);
  if (parsed.success) return new Map(table.map(([key]) => [key, parsed.data[key]]));
  const wrong = new Set<PropertyKey>();
  for (const { path, message } of parsed.error.issues) {
    const key = path[0];
    const entry = table.find(([name]) => name === key);
    if (entry === undefined || key === undefined || wrong.has(key)) continue;
    wrong.add(key);
    const { name, text } = found.get(entry[0]) ?? { name: entry[1].name, text: entry[1].default ?? "" };
    const shown = entry[1].secret ? "wrong" : JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
    problems.push({ name, line: `${name} is ${shown}: ${message}` });
  }
  // What is right is parsed again by itself, so that checks between variables still find what they can.
  const right = table.filter(([key]) => !wrong.has(key));
  return new Map(right.map(([key, variable]) => [key, variable.schema.optional().parse(texts[key])]));
}

function configError(problems: readonly Problem[]): EntrainError {
  const message = problems.map(({ line }) => line).join("\n");
  const field = problems[0]?.name;
  return new EntrainError("invalid-config", message, field === undefined ? {} : { field });
}

function freeze(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.freeze(value) : value;
}
