/** What a carrier is told at its start, by one environment variable. */

/** The settings of one carrier. */
export interface CarrierSettings {
  readonly redisUrl: string;
  readonly swarmId: string;
  readonly agentId: string;
  /** Where its effects go. */
  readonly file: string;
  readonly refuses: boolean;
}

const variable = "CARRIER_SETTINGS";

/** The environment that hands the settings over. */
export function carrierEnv(settings: CarrierSettings): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, [variable]: JSON.stringify(settings) };
  delete env["NODE_TEST_CONTEXT"];
  return env;
}

/** The settings of this process. */
export function carrierSettings(): CarrierSettings {
  return JSON.parse(process.env[variable] ?? "") as CarrierSettings;
}
