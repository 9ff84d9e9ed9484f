/**
 * Third step of the search: the server of the Debian or Ubuntu that we run on, downloaded and unpacked into a private
 * cache. Neither root nor an installation is needed, and no maintainer script runs, so no system service starts.
 *
 * Order: fetch lists, choose a package new enough, fetch it with the libraries that are not installed, unpack all into a
 * folder of this process, prove that the program runs, and only then rename the folder into its place. A folder in its
 * place is therefore always complete, whoever else was at it at the same time.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createAptIndex, notInstalled } from "./apt-index.ts";
import { checkServerBinary, executablesNamed } from "./find-on-path.ts";
import { openPrivateCache } from "./private-cache.ts";
import { RedisServerError } from "./redis-server-error.ts";
import type { BinaryPlan, StepOutcome } from "./redis-server-plan.ts";
import { isSupported, parsePackageVersion } from "./redis-version.ts";
import { runCommand } from "./run-command.ts";

const PRODUCTS = [
  { product: "redis", packages: ["redis-server", "redis-tools"], program: "redis-server" },
  { product: "valkey", packages: ["valkey-server", "valkey-tools"], program: "valkey-server" },
] as const;

const NEEDED_PROGRAMS = ["apt-get", "apt-cache", "dpkg", "dpkg-query"];

export interface FindInPackagesOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where unpacked servers are kept; by default the user's cache folder. */
  readonly cacheDir?: string | undefined;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Take libraries from the packages even where they are installed. Default false; for systems that lie about it. */
  readonly allLibraries?: boolean;
}

/** Uses the cache if it holds a server that runs, else downloads one. */
export async function findInPackages(options: FindInPackagesOptions): Promise<StepOutcome> {
  const { env, signal, onProgress } = options;
  const distribution = await readDistribution();
  if (distribution === undefined) return skipped("this is neither Debian nor Ubuntu");
  for (const program of NEEDED_PROGRAMS) {
    if ((await executablesNamed(program, env)).length === 0) return skipped(`no ${program} on the PATH`);
  }
  try {
    const cache = options.cacheDir ?? (await openPrivateCache(env));
    const place = join(cache, `${distribution.id}-${process.arch}`);
    const cached = await planIn(place, env, signal);
    if (cached !== undefined) return { kind: "plan", plan: cached };
    onProgress(`downloading redis from ${distribution.name}…`);
    await mkdir(cache, { recursive: true, mode: 0o700 });
    const work = await mkdtemp(join(cache, ".work-"));
    try {
      await unpackServer(work, options);
      await putInPlace(join(work, "root"), place, options);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    const plan = await planIn(place, env, signal);
    return plan === undefined ? skipped("the unpacked server does not run") : { kind: "plan", plan };
  } catch (thrown) {
    const error = RedisServerError.from(thrown, "not-found");
    if (error.code === "aborted") throw error;
    return skipped(error.message);
  }
}

/** Another process may have put its own complete folder there first; then that one stays. */
async function putInPlace(root: string, place: string, { env, signal }: FindInPackagesOptions): Promise<void> {
  try {
    await rename(root, place);
  } catch {
    if ((await planIn(place, env, signal)) !== undefined) return;
    await rm(place, { recursive: true, force: true });
    await rename(root, place);
  }
}

async function unpackServer(work: string, options: FindInPackagesOptions): Promise<void> {
  const { env, signal } = options;
  const index = await createAptIndex(join(work, "apt"), env, signal);
  // One broken third-party source makes `update` fail; what counts is whether the package is there afterwards.
  const updated = await index.update();
  const reasons = updated.ok ? [] : [updated.failure];
  for (const { product, packages, program } of PRODUCTS) {
    const candidate = await index.candidateOf(packages[0]);
    const version = candidate === undefined ? undefined : parsePackageVersion(product, candidate);
    if (version === undefined || !isSupported(version)) {
      reasons.push(`${packages[0]} is ${version === undefined ? "not in the package sources" : version.text}`);
      continue;
    }
    const libraries = await index.librariesOf(packages);
    const missing = options.allLibraries === true ? libraries : await notInstalled(libraries, env, signal);
    const folder = join(work, "debs");
    await mkdir(folder, { recursive: true });
    const downloaded = await index.download([...packages, ...missing], folder);
    if (!downloaded.ok) {
      reasons.push(downloaded.failure);
      continue;
    }
    const root = join(work, "root");
    for (const deb of await readdir(folder)) {
      const unpacked = await runCommand("dpkg", ["-x", join(folder, deb), root], { env, signal, timeoutMs: 60_000 });
      if (!unpacked.ok) throw new RedisServerError("not-found", unpacked.failure);
    }
    const checked = await checkServerBinary(join(root, "usr", "bin", program), await libraryEnv(root, env), signal);
    if (checked.ok) return;
    reasons.push(checked.reason);
    await rm(root, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
  throw new RedisServerError("not-found", reasons.join("; "));
}

async function planIn(root: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<BinaryPlan | undefined> {
  const withLibraries = await libraryEnv(root, env);
  for (const { program } of PRODUCTS) {
    const command = join(root, "usr", "bin", program);
    const checked = await checkServerBinary(command, withLibraries, signal);
    if (!checked.ok) continue;
    const libraryPath = withLibraries["LD_LIBRARY_PATH"];
    const plan = { kind: "binary", source: "package", command, version: checked.version } as const;
    return libraryPath === undefined || libraryPath === "" ? plan : { ...plan, libraryPath };
  }
  return undefined;
}

/** `env` with the folders under `root` that hold shared libraries put first on LD_LIBRARY_PATH. */
async function libraryEnv(root: string, env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const folders = new Set<string>();
  for (const base of ["usr/lib", "lib"]) {
    const entries = await readdir(join(root, base), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (/\.so(\.|$)/.test(entry.name)) folders.add(entry.parentPath);
    }
  }
  const before = env["LD_LIBRARY_PATH"];
  const path = [...[...folders].sort(), ...(before ? [before] : [])].join(":");
  return path === "" ? env : { ...env, LD_LIBRARY_PATH: path };
}

/** The running distribution where it is Debian or one of its family; `id` names it in paths. */
async function readDistribution(): Promise<{ readonly id: string; readonly name: string } | undefined> {
  if (process.platform !== "linux") return undefined;
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const field = (key: string) => new RegExp(`^${key}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  const family = `${field("ID")} ${field("ID_LIKE")}`.split(" ");
  if (!family.includes("debian") && !family.includes("ubuntu")) return undefined;
  const id = `${field("ID")}-${field("VERSION_ID") || field("VERSION_CODENAME")}`.replace(/[^\w.-]/g, "_");
  return { id, name: field("NAME") || "Debian" };
}

function skipped(reason: string): StepOutcome {
  return { kind: "skipped", reason };
}
