/**
 * First step of the search: `redis-server` or `valkey-server` on the PATH, new enough. Every match on the PATH is looked
 * at, so an old one does not hide a newer one behind it.
 */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { StepOutcome } from "./redis-server-plan.ts";
import { isSupported, parseServerVersion, REDIS_MAJOR_MIN } from "./redis-version.ts";
import { runCommand } from "./run-command.ts";

const SERVER_NAMES = ["redis-server", "valkey-server"] as const;

/** Looks along `env.PATH`; the reason for a skip names each program that was too old or did not run. */
export async function findOnPath(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<StepOutcome> {
  const reasons: string[] = [];
  for (const name of SERVER_NAMES) {
    for (const command of await executablesNamed(name, env)) {
      const usable = await checkServerBinary(command, env, signal);
      if (usable.ok) {
        return { kind: "plan", plan: { kind: "binary", source: "path", command, version: usable.version } };
      }
      reasons.push(usable.reason);
    }
  }
  return { kind: "skipped", reason: reasons.join("; ") || `no ${SERVER_NAMES.join(" or ")} on the PATH` };
}

/** Every executable called `name` along the PATH, absolute, in order. */
export async function executablesNamed(name: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const found: string[] = [];
  for (const folder of new Set((env["PATH"] ?? "").split(delimiter))) {
    if (folder === "") continue;
    const file = resolve(join(folder, name));
    const runnable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) found.push(file);
  }
  return found;
}

/** Runs `command --version` and judges the answer. */
export async function checkServerBinary(
  command: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<{ readonly ok: true; readonly version: string } | { readonly ok: false; readonly reason: string }> {
  const result = await runCommand(command, ["--version"], { timeoutMs: 5_000, env, signal });
  if (!result.ok) return { ok: false, reason: result.failure };
  const version = parseServerVersion(result.stdout);
  if (version === undefined) return { ok: false, reason: `${command} does not tell its version` };
  if (!isSupported(version)) {
    return { ok: false, reason: `${command} is version ${version.text}, older than ${String(REDIS_MAJOR_MIN)}.0` };
  }
  return { ok: true, version: version.text };
}
