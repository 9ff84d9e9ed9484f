/** What must hold between several variables. Each check runs only where the variables it needs are right by themselves. */
import { EntrainError, formatDuration } from "@entrain/kernel";
import { electionTimings } from "@entrain/core/election";
import { membershipTimings } from "@entrain/core/membership";
import type { Token } from "./variable-types.ts";
import { variables, type ConfigKey } from "./variables.ts";

/** One finding. */
export interface Problem {
  /** The variable to change. */
  readonly name: string;
  /** One sentence that names it, its value and the remedy. */
  readonly line: string;
}

/** The values that could be read. */
export type PartialValues = ReadonlyMap<ConfigKey, unknown>;

/** All that does not fit together. */
export function crossCheck(values: PartialValues): readonly Problem[] {
  return [
    ...plainTextBeyondLoopback(values),
    ...tokenProblems(values),
    ...timingProblems(values),
    ...storeProblems(values),
    ...loneProblems(values),
  ];
}

/** Each listener, and what makes it fit to be reached by others. */
const listeners = [
  { key: "grpcHost", permit: "give certificates with ENTRAIN_TLS_DIR" },
  { key: "opsHost", permit: "permit plain text there with ENTRAIN_PLAINTEXT=ops", plaintext: "ops" },
  { key: "httpHost", permit: "permit plain text there with ENTRAIN_PLAINTEXT=http", plaintext: "http" },
] as const;

function plainTextBeyondLoopback(values: PartialValues): readonly Problem[] {
  if (values.get("insecure") !== false) return contradiction(values);
  const permitted = values.get("plaintext");
  const problems: Problem[] = [];
  for (const { key, permit, ...listener } of listeners) {
    const host = values.get(key);
    if (typeof host !== "string" || isLoopback(host)) continue;
    if (key === "grpcHost" && values.get("tlsDir") !== undefined) continue;
    if ("plaintext" in listener && Array.isArray(permitted) && permitted.includes(listener.plaintext)) continue;
    const { name } = variables[key];
    const remedy = `choose 127.0.0.1, or ${permit}, or permit plain text everywhere with ENTRAIN_INSECURE=true`;
    problems.push({ name, line: `${name} is ${JSON.stringify(host)}, which others can reach: ${remedy}` });
  }
  return problems;
}

function contradiction(values: PartialValues): readonly Problem[] {
  if (values.get("insecure") !== true || values.get("tlsDir") === undefined) return [];
  const { name } = variables.insecure;
  return [{ name, line: `${name} is true while ENTRAIN_TLS_DIR gives certificates: leave one of them out` }];
}

/** Beyond loopback the console asks who is calling, unless told not to; and no token says two things. */
function tokenProblems(values: PartialValues): readonly Problem[] {
  const problems: Problem[] = [];
  const [operators, viewers] = (["httpOperators", "httpViewers"] as const).map(
    (key) => (values.get(key) ?? []) as readonly Token[],
  );
  const secrets = [...(operators ?? []), ...(viewers ?? [])].map(({ secret }) => secret);
  if (new Set(secrets).size < secrets.length) {
    const { name } = variables.httpOperators;
    problems.push({
      name,
      line: `${name} and ENTRAIN_HTTP_VIEWERS have a token twice: give each caller one of its own`,
    });
  }
  const host = values.get("httpHost");
  const read = (["httpOperators", "httpViewers", "httpAnonymous"] as const).every((key) => values.has(key));
  const said = values.get("insecure") !== false || values.get("httpAnonymous") !== undefined || secrets.length > 0;
  if (!read || said || typeof host !== "string" || isLoopback(host)) return problems;
  const { name } = variables.httpHost;
  const remedy =
    "give tokens with ENTRAIN_HTTP_OPERATORS_FILE, or say with ENTRAIN_HTTP_ANONYMOUS what callers without one may do";
  return [...problems, { name, line: `${name} is ${JSON.stringify(host)}, which others can reach: ${remedy}` }];
}

/** One way to the store, and TLS where there are certificates for it. */
function storeProblems(values: PartialValues): readonly Problem[] {
  const problems: Problem[] = [];
  const tell = (key: ConfigKey, text: string): void => {
    const { name } = variables[key];
    problems.push({ name, line: `${name} ${text}` });
  };
  const lists = (key: ConfigKey): boolean => {
    const value = values.get(key);
    return Array.isArray(value) && value.length > 0;
  };
  if (lists("redisCluster") && lists("redisSentinels"))
    tell("redisCluster", "and ENTRAIN_REDIS_SENTINELS are both set: leave one of them out");
  const url = values.get("redisUrl");
  const { protocol, pathname } = new URL(typeof url === "string" ? url : "rediss://unknown");
  if (lists("redisCluster") && Number(pathname.slice(1)) !== 0)
    tell("redisCluster", "has only database 0: take the number out of ENTRAIN_REDIS_URL");
  for (const key of ["redisCa", "redisCert", "redisKey"] as const)
    if (values.get(key) !== undefined && protocol !== "rediss:")
      tell(key, "is for TLS: write rediss:// in ENTRAIN_REDIS_URL");
  return problems;
}

/** What is of no use without another. */
const companions: readonly (readonly [ConfigKey, ConfigKey])[] = [
  ["redisCert", "redisKey"],
  ["redisKey", "redisCert"],
  ["chatUrl", "chatModel"],
  ["chatModel", "chatUrl"],
  ["chatApiKey", "chatUrl"],
];

function loneProblems(values: PartialValues): readonly Problem[] {
  return companions
    .filter(([key, other]) => values.get(key) !== undefined && values.has(other) && values.get(other) === undefined)
    .map(([key, other]) => {
      const { name } = variables[key];
      return { name, line: `${name} is of no use alone: set ${variables[other].name} too` };
    });
}

/** True for an address that only the own host can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Core's own rules for timings, in the words of the environment. */
function timingProblems(values: PartialValues): readonly Problem[] {
  return [
    inWordsOfTheEnvironment(values, membershipTimings, { heartbeatMs: "heartbeatMs", deadAfterMs: "deadAfterMs" }),
    inWordsOfTheEnvironment(values, electionTimings, {
      leaseMs: "leaseMs",
      renewEveryMs: "leaseRenewMs",
      requestTimeoutMs: "storeTimeoutMs",
      stopMarginMs: "leaseMarginMs",
    }),
  ].filter((problem) => problem !== undefined);
}

/** `keyOf`: core's name of each timing to the config's. */
function inWordsOfTheEnvironment<Timing extends string>(
  values: PartialValues,
  check: (timings: Partial<Record<Timing, number>>) => unknown,
  keyOf: Readonly<Record<Timing, ConfigKey>>,
): Problem | undefined {
  const entries = Object.entries<ConfigKey>(keyOf) as [Timing, ConfigKey][];
  const timings: Partial<Record<Timing, number>> = {};
  for (const [timing, key] of entries) {
    const value = values.get(key);
    if (typeof value !== "number") return undefined;
    timings[timing] = value;
  }
  try {
    check(timings);
    return undefined;
  } catch (thrown) {
    const { field, message } = EntrainError.from(thrown);
    const nameOf = new Map<string, string>(entries.map(([timing, key]) => [timing, variables[key].name]));
    const line = message.replaceAll(
      /\b([a-z]\w+Ms)\b(?: \((\d+(?:\.\d+)?)\))?/g,
      (whole, timing: string, ms?: string) => {
        const name = nameOf.get(timing);
        if (name === undefined) return whole;
        return ms === undefined ? name : `${name} (${formatDuration(Number(ms))})`;
      },
    );
    return { name: nameOf.get(field ?? "") ?? line, line };
  }
}
