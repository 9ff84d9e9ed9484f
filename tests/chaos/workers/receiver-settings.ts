/** What a receiver of a chaos run is told, in its environment. */

export interface ReceiverSettings {
  readonly redisUrl: string;
  readonly swarmId: string;
  readonly agentId: string;
  readonly group: string;
}

const variable = "RECEIVER";

export function receiverEnv(settings: ReceiverSettings): NodeJS.ProcessEnv {
  return { ...process.env, [variable]: JSON.stringify(settings) };
}

export function receiverSettings(): ReceiverSettings {
  return JSON.parse(process.env[variable] ?? "{}") as ReceiverSettings;
}
