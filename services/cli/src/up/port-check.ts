/** Refuses a port that somebody else has, before anything is started. */
import { createServer } from "node:net";
import { EntrainError } from "@entrain/kernel";

/** @throws EntrainError `invalid-argument` that names the flag, the port and the remedy. */
export async function checkPortIsFree(flag: string, port: number, host: string): Promise<void> {
  if (port === 0) return;
  const failure = await tryToListen(port, host);
  if (failure === undefined) return;
  const remedy = `choose another, or ${flag} 0 for any that is free`;
  if (failure === "EACCES") throw EntrainError.invalid(flag, port, `this user may not listen on it; ${remedy}`);
  throw EntrainError.invalid(flag, port, `somebody else listens on it already; ${remedy}`);
}

/** The system's code for why it is not possible; undefined where it is. */
function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "UNKNOWN"));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}
