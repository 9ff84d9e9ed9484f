/** What an allocator is told, by one environment variable: it must not be an ENTRAIN_ one, the product's are checked. */
import type { Mutation } from "./worker-settings.ts";

/** The settings of one allocator. */
export interface AllocatorSettings {
  readonly redisUrl: string;
  readonly swarmId: string;
  readonly seed: string;
  readonly budgets: readonly string[];
  readonly leaseMs: number;
  /** A Lua command to be broken. */
  readonly mutation?: Mutation | undefined;
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
