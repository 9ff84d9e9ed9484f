/** A lock in Redis: an election of its own keys, and the text that it guards: see lua/save-fenced.lua, read-fenced.lua. */
import { EntrainError } from "@entrain/kernel";
import type { LockStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import { createElectionStore } from "./election-store.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";

/** Longest guarded text, bytes of UTF-8. */
const textBytesMax = 65_536;

/** The lock `name`. */
export function createLockStore(options: {
  readonly name: string;
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
  /** Longest lease that the recovery window covers (S1), ms. */
  readonly leaseMaxMs: number;
}): LockStore {
  const { name, keys, commands, hub, leaseMaxMs } = options;
  const { record, term, guarded } = keys.lock(name);
  const channel = keys.channels.lock(name);
  return {
    ...createElectionStore({ keys: { record, term, channel }, commands, hub, leaseMaxMs }),
    async save(held, text) {
      checkText(text);
      const args = [held.agentId, held.incarnation, held.term, held.generation, text];
      await commands.run("save-fenced", [record, guarded], args);
    },
    async saved() {
      const [text, savedTerm] = (await commands.run("read-fenced", [guarded], [])) as readonly string[];
      return text === undefined ? undefined : { text, term: Number(savedTerm) };
    },
  };
}

function checkText(text: unknown): void {
  if (typeof text !== "string") throw EntrainError.invalid("text", text, "give a string");
  const bytes = Buffer.byteLength(text);
  if (bytes > textBytesMax)
    throw new EntrainError("invalid-argument", `text has ${bytes} bytes: stay within ${textBytesMax}`, {
      field: "text",
      remedy: `stay within ${textBytesMax} bytes, and keep what is longer elsewhere, under the token`,
    });
}
