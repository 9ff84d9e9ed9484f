/**
 * A private view of the system's package index: apt with lists and caches in a folder of ours, so that nothing of the
 * system is read that root alone may read, nothing is written outside, and nothing is installed. The system's own
 * sources, keys and proxies apply.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, type CommandResult } from "./run-command.ts";

/** A private index in one folder. */
export interface AptIndex {
  /** Fetches the lists of the system's sources (about 10 MB). */
  update(): Promise<CommandResult>;
  /** The version that would be installed; undefined where no source has the package. */
  candidateOf(packageName: string): Promise<string | undefined>;
  /** The packages with libraries that `packageNames` need, their own needs included, libc excepted. */
  librariesOf(packageNames: readonly string[]): Promise<string[]>;
  /** Fetches packages into `folder` as `.deb` files. */
  download(packageNames: readonly string[], folder: string): Promise<CommandResult>;
}

const NETWORK_TIMEOUT_MS = 180_000;
const LIBRARY_DEPTH_MAX = 8;

/** Makes the folder's structure; no network yet. */
export async function createAptIndex(folder: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<AptIndex> {
  await mkdir(join(folder, "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache", "archives", "partial"), { recursive: true });
  const configFile = join(folder, "apt.conf");
  await writeFile(configFile, aptConfig(folder));
  const aptEnv = { ...env, LC_ALL: "C" };
  const apt = (program: string, args: readonly string[], cwd = folder) =>
    runCommand(program, ["-c", configFile, ...args], { env: aptEnv, signal, cwd, timeoutMs: NETWORK_TIMEOUT_MS });

  return {
    update: () => apt("apt-get", ["--quiet", "update"]),
    candidateOf: async (packageName) => {
      const policy = await apt("apt-cache", ["policy", packageName]);
      const version = /^ *Candidate: *(\S+)/m.exec(policy.stdout)?.[1];
      return version === "(none)" ? undefined : version;
    },
    librariesOf: async (packageNames) => {
      const libraries = new Set<string>();
      let wave = [...packageNames];
      for (let depth = 0; wave.length > 0 && depth < LIBRARY_DEPTH_MAX; depth++) {
        const depends = await apt("apt-cache", ["depends", "--important", ...wave]);
        wave = parseLibraries(depends.stdout).filter((name) => !libraries.has(name));
        for (const name of wave) libraries.add(name);
      }
      return [...libraries].sort();
    },
    download: (packageNames, into) => apt("apt-get", ["--quiet", "download", ...packageNames], into),
  };
}

/**
 * The library packages in the output of `apt-cache depends --important`. Of alternatives all but the last bear a bar
 * (`|Depends:`); the first is the distribution's choice and is taken alone. The C library must be the system's own (it
 * belongs to the running loader), and is left out.
 */
export function parseLibraries(output: string): string[] {
  const names: string[] = [];
  let afterAlternative = false;
  for (const line of output.split("\n")) {
    const match = /^ *(\|?)(?:Pre)?Depends: (\S+)$/.exec(line);
    if (match === null) continue;
    const name = (match[2] ?? "").replace(/:\w+$/, "");
    const first = !afterAlternative;
    afterAlternative = match[1] === "|";
    if (first && /^(lib|lua-)/.test(name) && !/^libc6/.test(name)) names.push(name);
  }
  return [...new Set(names)];
}

/** Of `packageNames`, those that dpkg does not have as installed. */
export async function notInstalled(
  packageNames: readonly string[],
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<string[]> {
  const query = await runCommand("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\\n", ...packageNames], {
    env,
    signal,
  });
  const installed = new Set<string>();
  for (const line of query.stdout.split("\n")) {
    const [name, status] = line.split(" ");
    if (name !== undefined && status === "installed") installed.add(name);
  }
  return packageNames.filter((name) => !installed.has(name));
}

function aptConfig(folder: string): string {
  return [
    `Dir::State::lists "${folder}/lists/";`,
    `Dir::Cache "${folder}/cache/";`,
    // As root, apt would fetch as a user who cannot enter our folder.
    'APT::Sandbox::User "root";',
    // Otherwise a source that cannot be reached is a mere warning, and the reason is lost.
    'APT::Update::Error-Mode "any";',
    'Acquire::Languages "none";',
    'Acquire::Retries "1";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    // Hooks of the system's own index: they write where we must not.
    "#clear APT::Update::Pre-Invoke;",
    "#clear APT::Update::Post-Invoke;",
    "#clear APT::Update::Post-Invoke-Success;",
    "",
  ].join("\n");
}
