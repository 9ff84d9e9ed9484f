/**
 * The logger of a service: pino, one JSON object per line, on stderr, because stdout is the product's. Writing never
 * blocks the event loop: a beat must not wait for a slow reader. The buffer is bounded, and what is beyond it is dropped.
 * Secrets are kept out twice: by the names of fields, and by the look of a URL with credentials anywhere in a line.
 */
import { pino, type DestinationStream, type Logger } from "pino";

/** The levels, from the most talkative to none at all. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** How much is logged: lines of this level and above. */
export type LogLevel = (typeof logLevels)[number];

/** How a service logs. */
export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Where lines go (default: stderr). */
  readonly destination?: DestinationStream;
  /** Fields of every line: service, swarmId, pid. */
  readonly base?: Readonly<Record<string, unknown>>;
}

/** Fields that hold secrets, at the top of a line and one level below. */
const secretNames = ["password", "redisPassword", "authorization", "cookie", "token", "secret", "privateKey"];
/** The user-info part of a URL, up to its last `@` before the path. */
const credentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s"/]*@/gi;
/** Bytes that wait for a slow reader at most. */
const bufferMax = 1 << 20;

/** A logger with pino's own conventions: `level` 10 (trace) to 60 (fatal), `time` in Unix ms, errors under `err`. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = "info", base = {} } = options;
  // `minLength` 1 writes each line at once, as 0 does, but only so can a flush be waited for.
  const destination =
    options.destination ?? pino.destination({ dest: 2, sync: false, minLength: 1, maxLength: bufferMax });
  return pino(
    {
      level,
      base,
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "***" },
      hooks: { streamWrite: (line) => line.replaceAll(credentials, "$1***@") },
    },
    destination,
  );
}
