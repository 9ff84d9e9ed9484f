/** What an allocator is told, by one environment variable: it must not be an ENTRAIN_ one, the product's are checked. */
import type { Mutation } from "./worker-settings.ts";

/** The settings of one allocator. */
export interface AllocatorSettings {
  readonly redisUrl: string;
  /** It goes to these instead of Redis, to the next where one does not answer; none: to Redis. */
  readonly coordinators: readonly string[];
  readonly swarmId: string;
  readonly seed: string;
  readonly leaseMs: number;
  /** A Lua command to be broken. */
  readonly mutation?: Mutation | undefined;
}

/** What an allocator writes, line by line, as JSON. */
export interface AllocatorLine {
  /** Answered since the line before. */
  readonly commands: number;
  /** Commands that were sent again because no answer came. */
  readonly again: number;
  /** Requests that were repeated though they had been answered. */
  readonly repeated: number;
  /** Requests that stood in a line. */
  readonly waited: number;
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
}

const variable = "ALLOCATOR_SETTINGS";

/** The environment that hands the settings over. */
export function allocatorEnv(settings: AllocatorSettings): NodeJS.ProcessEnv {
  return { ...process.env, [variable]: JSON.stringify(settings) };
}

/** The settings of this process. */
export function allocatorSettings(): AllocatorSettings {
  return JSON.parse(process.env[variable] ?? "{}") as AllocatorSettings;
}
