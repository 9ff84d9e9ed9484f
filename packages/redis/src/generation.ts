/**
 * The client's side of S1: which generation of the store it works in, and what it knew of earlier ones.
 *
 * A client that connects tells the store which server it found and which life of the store it knew; the store
 * compares both with what it has and answers the generation in force.
 */
import { randomUUID } from "node:crypto";
import type { StoreKeys } from "./keys.ts";
import type { Link } from "./link.ts";
import { evaluate } from "./evaluate.ts";
import type { Scripts } from "./scripts.ts";
import type { ServerInfo } from "./server-info.ts";

/** Version of keys and commands; a store with a newer one is refused. */
const schemaVersion = 1;

/** Keeps what this client knows of the store's generations, over all of its connections. */
export interface GenerationKeeper {
  /** Highest generation seen; 0 before the first. */
  known(): number;
  /** What a command carries to prove it: `<generation> <life>`. */
  token(): string;
  /**
   * Compares and, where writes may have been lost, raises; `clockStepped`: the store's clock was seen to jump.
   * @throws EntrainError as `Link.send`; `invalid-config` where the data is of a newer release.
   */
  open(link: Link, server: Pick<ServerInfo, "runId" | "replicationId">, clockStepped?: boolean): Promise<number>;
}

/** A keeper that knows nothing yet. */
export function createGenerationKeeper(options: {
  readonly scripts: Scripts;
  readonly keys: StoreKeys;
  /** The client's longest lease. */
  readonly windowMs: number;
  readonly timeoutMs: number;
  readonly onGeneration: (generation: number) => void;
}): GenerationKeeper {
  const { scripts, keys, windowMs, timeoutMs, onGeneration } = options;
  let known = 0;
  let life = "";
  return {
    known: () => known,
    token: () => `${known} ${life}`,
    async open(link, server, clockStepped = false) {
      const args = [server.runId, server.replicationId, known, life, windowMs];
      const reply = await evaluate(
        link,
        scripts["open-generation"],
        [keys.store],
        [...args, clockStepped ? 1 : 0, schemaVersion, randomUUID()],
        timeoutMs,
      );
      const [generation, storedLife] = reply as readonly [string, string];
      // Answers may overtake each other; generations only grow.
      if (Number(generation) > known) {
        known = Number(generation);
        life = storedLife;
        onGeneration(known);
      }
      return known;
    },
  };
}
