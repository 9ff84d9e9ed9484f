/** Runs one Lua command on a connection: by its SHA-1, and by its text where the server does not know it yet. */
import { EntrainError } from "@entrain/kernel";
import type { Link, Reply } from "./link.ts";
import type { Script } from "./scripts.ts";

/** The reply of `script`. @throws EntrainError as `Link.send`. */
export async function evaluate(
  link: Link,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
  timeoutMs: number,
): Promise<Reply> {
  if (keys.length !== script.keyCount)
    throw new EntrainError("internal", `lua/${script.name}.lua takes ${script.keyCount} keys, not ${keys.length}`);
  const rest = [keys.length, ...keys, ...args];
  const reply = await link.tryScript(script, rest, timeoutMs);
  return reply === undefined
    ? link.send(script.readOnly ? "EVAL_RO" : "EVAL", [script.text, ...rest], timeoutMs)
    : reply;
}
