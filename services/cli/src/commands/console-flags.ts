/** The flag that commands share which ask a running console. */
import { EntrainError } from "@entrain/kernel";
import { createConsoleClient, type ConsoleClient } from "../console/console-client.ts";

const defaultUrl = "http://127.0.0.1:8080";

/** A client of the console that `--url` names (default http://127.0.0.1:8080). */
export function consoleAt(urlText: string | undefined): ConsoleClient {
  const text = urlText ?? defaultUrl;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw EntrainError.invalid("--url", text, `write the console's address, for example ${defaultUrl}`);
  return createConsoleClient(url.origin);
}
