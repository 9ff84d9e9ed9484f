/** What the controller of a detection run tells a blocked agent. */

/** A blocked agent's part in a run. */
export interface BlockedAgentSettings {
  readonly redis: string;
  readonly swarm: string;
  readonly agentId: string;
  /** Silence after which the store alone judges a member dead, ms. */
  readonly deadAfterMs: number;
}

const variable = "CHAOS_BLOCKED_AGENT";

/** The environment of a blocked agent. */
export function blockedAgentEnv(settings: BlockedAgentSettings): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, [variable]: JSON.stringify(settings) };
  delete env["NODE_TEST_CONTEXT"];
  return env;
}

/** This process's settings. */
export function blockedAgentSettings(): BlockedAgentSettings {
  return JSON.parse(process.env[variable] ?? "") as BlockedAgentSettings;
}
