/**
 * The types of variables. Each is a zod schema from the text in the environment to the value in the config; the message of
 * an issue is a remedy ("choose from 20ms to 24h"), to which the reader adds the variable's name and value.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { z } from "zod";
import { checkId, EntrainError, formatDuration, parseDurationMs } from "@entrain/kernel";
import { checkGoal, goalByName, namedGoals, type GoalKind, type NamedGoalName } from "@entrain/core/rhythm";
import type { VariableType } from "./variable.ts";

/** Runs a check of the inner layers, whose errors carry their remedy. */
function checkedBy<Value>(check: (text: string) => Value) {
  return z.string().transform((text, context): Value => {
    try {
      return check(text);
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      context.addIssue({ code: "custom", message: error.remedy ?? error.message });
      return z.NEVER;
    }
  });
}

/** A text by a pattern, or the remedy. */
function matching(pattern: RegExp, remedy: string) {
  return z.string().regex(pattern, remedy);
}

/** `200ms`, `2s`, `5m`, `1h`, `1d`; the value is in ms. */
export function duration(min: string, max: string): VariableType<number> {
  const range = `${min} to ${max}`;
  const [minMs, maxMs] = [parseDurationMs("min", min), parseDurationMs("max", max)];
  const schema = checkedBy((text) => parseDurationMs("duration", text));
  const bounded = z.number().min(minMs, `choose from ${range}`).max(maxMs, `choose from ${range}`);
  return { type: "duration", range, unit: "", schema: schema.pipe(bounded) };
}

/** A duration between two numbers of ms. */
export function durationMs(limits: { readonly min: number; readonly max: number }): VariableType<number> {
  return duration(formatDuration(limits.min), formatDuration(limits.max));
}

export function wholeNumber(min: number, max: number): VariableType<number> {
  const remedy = `choose a whole number from ${min} to ${max}`;
  const schema = matching(/^\d{1,15}$/, remedy)
    .transform(Number)
    .pipe(z.int().min(min, remedy).max(max, remedy));
  return { type: "whole number", range: `${min} to ${max}`, unit: "", schema };
}

/** 0, or a factor between two bounds. */
export function factor(min: number, max: number): VariableType<number> {
  const range = `0, or ${min} to ${max}`;
  const remedy = `choose 0 or a number from ${min} to ${max}`;
  const schema = matching(/^\d{1,15}(\.\d{1,15})?$/, remedy)
    .transform(Number)
    .refine((value) => value === 0 || (value >= min && value <= max), remedy);
  return { type: "number", range, unit: "times", schema };
}

export const flag: VariableType<boolean> = {
  type: "flag",
  range: "true or false",
  unit: "",
  schema: z.stringbool({
    truthy: ["true", "1", "yes", "on"],
    falsy: ["false", "0", "no", "off"],
    error: "write true or false",
  }),
};

export function choice<const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
): VariableType<Choices[number]> {
  const schema = z.string().transform((text, context): Choices[number] => {
    const chosen = choices.find((candidate) => candidate === text);
    if (chosen !== undefined) return chosen;
    context.addIssue({ code: "custom", message: `choose one of ${choices.join(", ")}` });
    return z.NEVER;
  });
  return { type: "choice", range: choices.join(", "), unit: "", schema };
}

/** Some of the choices, separated by commas, or `none`. */
export function choices<const Choice extends string>(known: readonly Choice[]): VariableType<readonly Choice[]> {
  const schema = z.string().transform((text, context): readonly Choice[] => {
    const words = text === "none" ? [] : text.split(",").map((word) => word.trim());
    const chosen = known.filter((candidate) => words.includes(candidate));
    if (chosen.length === words.length) return chosen;
    context.addIssue({ code: "custom", message: `choose among ${known.join(", ")}, separated by commas, or none` });
    return z.NEVER;
  });
  return { type: "choices", range: `${known.join(", ")}, or none`, unit: "", schema };
}

/** A file or folder. */
export const path: VariableType<string> = {
  type: "path",
  range: "",
  unit: "",
  schema: z.string().max(4_096, "give a path of at most 4096 characters"),
};

/** What this release can pursue is core's to say. */
export const goal: VariableType<GoalKind | NamedGoalName> = {
  type: "choice",
  range: "sync, spread, cluster, coherence, or a named goal",
  unit: "",
  schema: checkedBy((kind) => {
    const names = Object.keys(namedGoals);
    checkGoal(names.includes(kind) ? goalByName(kind) : { kind, periodMs: 1_000 }, { namedGoals: names });
    return kind as GoalKind | NamedGoalName;
  }),
};

/** The name of a swarm or an agent. */
export const id: VariableType<string> = {
  type: "name",
  range: "1 to 63 of A–Z a–z 0–9 . _ -",
  unit: "",
  schema: checkedBy((text) => checkId("id", text)),
};

const hostPattern = /^(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$/;
const isHost = (text: string): boolean => isIP(text) !== 0 || (text.length <= 253 && hostPattern.test(text));

export const host: VariableType<string> = {
  type: "host",
  range: "IP address or host name",
  unit: "",
  schema: z.string().refine(isHost, "give an IP address or a host name, without port and brackets"),
};

/** To listen on. */
export const port: VariableType<number> = { ...wholeNumber(0, 65_535), type: "port", range: "0 to 65535; 0: any free" };

/** To call: host and port. */
export const address: VariableType<string> = {
  type: "address",
  range: "host:port",
  unit: "",
  schema: z.string().refine((text) => {
    const [, bracketed, plain, portText] = /^(?:\[(.+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
    const hostFits = bracketed === undefined ? isHost(plain ?? "") : isIP(bracketed) === 6;
    return hostFits && Number(portText) >= 1 && Number(portText) <= 65_535;
  }, "give host:port, such as 10.0.0.7:50051 or [fd00::7]:50051"),
};

/** Longest list of addresses. */
const addressesMax = 16;

export const addresses: VariableType<readonly string[]> = {
  type: "addresses",
  range: "none, or host:port,host:port…",
  unit: "",
  schema: z
    .string()
    .transform((text) => (text === "none" ? [] : text.split(",").map((one) => one.trim())))
    .refine(
      (list) => list.length <= addressesMax && list.every((one) => address.schema.safeParse(one).success),
      `give none, or up to ${addressesMax} of host:port with commas between them`,
    ),
};

/** Longest list of names. */
const namesMax = 50;

/** Names of programs or hosts: what cannot hide a path, a flag or another URL. */
export const names: VariableType<readonly string[]> = {
  type: "names",
  range: "none, or name,name…",
  unit: "",
  schema: z
    .string()
    .transform((text) => (text === "none" ? [] : text.split(",").map((one) => one.trim())))
    .refine(
      (list) => list.length <= namesMax && list.every((one) => /^[A-Za-z0-9][A-Za-z0-9._:-]{0,200}$/.test(one)),
      `give none, or up to ${namesMax} names with commas between them`,
    ),
};

export const redisUrl: VariableType<string> = {
  type: "URL",
  range: "redis:// or rediss://",
  unit: "",
  schema: z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, pathname } = new URL(text);
    return /^rediss?:$/.test(protocol) && hostname !== "" && /^\/?$|^\/\d{1,4}$/.test(pathname);
  }, "give redis://host:port or, with TLS, rediss://host:port; user, password and /number of the database may be added"),
};

/** Where something is asked over HTTP. */
export const httpUrl: VariableType<string> = {
  type: "URL",
  range: "http:// or https://",
  unit: "",
  schema: z.string().refine((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  }, "give http://host:port/path or https://host/path, without user and password"),
};

/** A model as its server calls it. */
export const modelName: VariableType<string> = {
  type: "name",
  range: "1 to 200 characters",
  unit: "",
  schema: matching(/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$/, "give the model's name as its server lists it"),
};

/** A caller of the HTTP API by the name that it has in the audit log, and the secret that it brings. */
export interface Token {
  readonly name: string;
  readonly secret: string;
}

const tokensMax = 100;
const tokenPattern = /^([A-Za-z0-9._-]{1,63}):([A-Za-z0-9._~+/-]{16,256}={0,2})$/;

/** Bearer tokens (RFC 6750), each with the name of who has it. */
export const tokens: VariableType<readonly Token[]> = {
  type: "tokens",
  range: "name:token, separated by commas or line breaks",
  unit: "",
  schema: z.string().transform((text, context): readonly Token[] => {
    const entries = text
      .split(/[,\n]/)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== "");
    const read = entries.flatMap((entry) => {
      const [, name, secret] = tokenPattern.exec(entry) ?? [];
      return name === undefined || secret === undefined ? [] : [{ name, secret }];
    });
    const distinct = new Set(read.map(({ name }) => name)).size === read.length;
    if (read.length === entries.length && read.length <= tokensMax && distinct) return read;
    const remedy =
      "write name:token, a name once, the token of 16 to 256 of A–Z a–z 0–9 . _ ~ + / - (openssl rand -hex 32)";
    context.addIssue({ code: "custom", message: `${remedy}; ${tokensMax} at most` });
    return z.NEVER;
  }),
};

/** The one token that a caller brings. */
export const token: VariableType<string> = {
  type: "text",
  range: "",
  unit: "",
  schema: matching(
    /^[A-Za-z0-9._~+/-]{16,256}={0,2}$/,
    "give the token alone, without its name, as the console's operator made it",
  ),
};

export const secretText: VariableType<string> = {
  type: "text",
  range: "",
  unit: "",
  schema: z.string().max(4_096, "shorten it to 4096 characters"),
};

/** Longest PEM text: authorities' bundles have several certificates, characters. */
const pemMax = 65_536;

/** Certificates, or a private key. */
export function pem(kind: "certificate" | "key"): VariableType<string> {
  const begin = kind === "key" ? /-----BEGIN [A-Z ]*PRIVATE KEY-----/ : /-----BEGIN CERTIFICATE-----/;
  const remedy = kind === "key" ? "give a private key without a passphrase, as PEM" : "give certificates as PEM";
  const parse = kind === "key" ? createPrivateKey : (text: string) => new X509Certificate(text);
  const schema = z.string().refine((text) => {
    if (text.length > pemMax || !begin.test(text)) return false;
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  }, remedy);
  return { type: "PEM", range: "", unit: "", schema };
}

/** Where readings come from. */
export type TelemetrySetting =
  { readonly kind: "host" } | { readonly kind: "none" } | { readonly kind: "file"; readonly path: string };

export const telemetry: VariableType<TelemetrySetting> = {
  type: "source",
  range: "host, none or file:PATH",
  unit: "",
  schema: matching(/^(host|none|file:.+)$/s, "choose host, none or file:PATH").transform((text): TelemetrySetting => {
    if (text === "host" || text === "none") return { kind: text };
    return { kind: "file", path: text.slice("file:".length) };
  }),
};
