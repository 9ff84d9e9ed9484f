/** What a decider is told at its start, by one environment variable, and then line by line on its standard input. */
import type { Mutation } from "./worker-settings.ts";

/** The settings of one decider. */
export interface DeciderSettings {
  readonly redisUrl: string;
  readonly swarmId: string;
  readonly agentId: string;
  /** Names this life of the process in its history. */
  readonly process: string;
  /** Where its history goes. */
  readonly file: string;
  /** A Lua command to be broken. */
  readonly mutation?: Mutation | undefined;
}

/** One incident to be met. `again`: the agent asks twice. */
export interface DeciderOrder {
  /** Its name in the history: the same for all who meet it, each time they do. */
  readonly met: string;
  readonly subject: string;
  /** Its identity comes from the caller, or from the rules; `whim`: from the caller, and the reasoner follows its mood. */
  readonly how: "named" | "classified" | "whim";
  readonly again: boolean;
}

const variable = "DECIDER_SETTINGS";

/** The environment that hands the settings over. */
export function deciderEnv(settings: DeciderSettings): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, [variable]: JSON.stringify(settings) };
  delete env["NODE_TEST_CONTEXT"];
  return env;
}

/** The settings of this process. */
export function deciderSettings(): DeciderSettings {
  return JSON.parse(process.env[variable] ?? "") as DeciderSettings;
}
