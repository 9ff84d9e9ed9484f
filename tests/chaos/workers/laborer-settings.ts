/** What a laborer of a chaos run is told, in its environment. */

export interface LaborerSettings {
  readonly redisUrl: string;
  readonly swarmId: string;
  readonly agentId: string;
  /** Whether it drives sessions; else it does tasks. */
  readonly drives: boolean;
  /** How long a task takes, ms: from the least to the most, by its number. */
  readonly workMs: { readonly least: number; readonly most: number };
}

const variable = "LABORER";

export function laborerEnv(settings: LaborerSettings): NodeJS.ProcessEnv {
  return { ...process.env, [variable]: JSON.stringify(settings) };
}

export function laborerSettings(): LaborerSettings {
  return JSON.parse(process.env[variable] ?? "{}") as LaborerSettings;
}
