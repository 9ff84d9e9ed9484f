/**
 * The folder where a downloaded server is kept between runs. What lies there is executed, so a folder that somebody else
 * could have filled is refused.
 */
import { lstat, mkdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { RedisServerError } from "./redis-server-error.ts";

/**
 * Makes and gives the first usable of `$XDG_CACHE_HOME/entrain/redis`, `~/.cache/entrain/redis` and a folder of this user
 * under the system's temporary folder.
 * @throws RedisServerError `not-found` where none can be made.
 */
export async function openPrivateCache(env: NodeJS.ProcessEnv): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const candidates = [join(env["TMPDIR"] ?? tmpdir(), `entrain-redis-${String(uid)}`)];
  const home = env["HOME"] ?? homedir();
  if (home.startsWith("/")) candidates.unshift(join(home, ".cache", "entrain", "redis"));
  const xdg = env["XDG_CACHE_HOME"];
  if (xdg?.startsWith("/")) candidates.unshift(join(xdg, "entrain", "redis"));
  for (const folder of candidates) {
    if (await isOurs(folder, uid)) return folder;
  }
  throw new RedisServerError("not-found", `no private cache folder can be made (tried ${candidates.join(", ")})`);
}

async function isOurs(folder: string, uid: number): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const stats = await lstat(folder);
    return stats.isDirectory() && stats.uid === uid && (stats.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
