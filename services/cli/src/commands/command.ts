/** What every command gets. */

/** The process around a command. */
export interface CommandWorld {
  readonly env: NodeJS.ProcessEnv;
  /** Entrain's own version. */
  readonly version: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Does its work and answers the exit code. @throws EntrainError whose code says which exit code it means. */
export type Command = (argv: readonly string[], world: CommandWorld) => Promise<number>;
