/** What commands share that ask a running console: its address, and the token that they bring. */
import { loadConfig } from "@entrain/config";
import { EntrainError } from "@entrain/kernel";
import { createConsoleClient, type ConsoleClient } from "../console/console-client.ts";
import type { CommandWorld } from "./command.ts";

const defaultUrl = "http://127.0.0.1:8080";

/**
 * A client of the console that `--url` names (default http://127.0.0.1:8080), with the token of `ENTRAIN_TOKEN`. The first
 * answer that is only what the console knew last is told of on stderr.
 * @throws EntrainError `invalid-argument` for the address, `invalid-config` for the environment
 */
export function consoleAt(
  urlText: string | undefined,
  { env, stderr }: Pick<CommandWorld, "env" | "stderr">,
): ConsoleClient {
  const text = urlText ?? defaultUrl;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw EntrainError.invalid("--url", text, `write the console's address, for example ${defaultUrl}`);
  let told = false;
  return createConsoleClient(url.origin, loadConfig("cli", env).token, () => {
    if (!told) stderr.write("Redis is away: as last known\n");
    told = true;
  });
}
