/**
 * What the process's control group (Linux cgroup v2) allows and uses. In a container with limits the machine's own
 * figures say nothing: 100 % of one allowed core is 3 % of a 32-core host. The tightest limit between the process's group
 * and the root counts. Without cgroup v2 there are no limits to know.
 */
import { readFile } from "node:fs/promises";
import { posix } from "node:path";

/** Limits and use; undefined where there is no limit. */
export interface CgroupReading {
  readonly cpu: { readonly limitCores: number; readonly usedUs: number } | undefined;
  readonly memory: { readonly limitBytes: number; readonly usedBytes: number } | undefined;
}

/** Where the kernel shows itself; other folders in tests. */
export interface CgroupFolders {
  /** Default `/proc`. */
  readonly proc?: string;
  /** Default `/sys/fs/cgroup`. */
  readonly cgroup?: string;
}

/** More levels than any container runtime nests. */
const depthMax = 16;

/** Reads the limits in force now and the use under them. */
export async function readCgroup(folders: CgroupFolders = {}): Promise<CgroupReading> {
  const { proc = "/proc", cgroup = "/sys/fs/cgroup" } = folders;
  const own = /^0::(\/.*)$/m.exec((await textOf(`${proc}/self/cgroup`)) ?? "")?.[1];
  if (own === undefined) return { cpu: undefined, memory: undefined };
  let cpu: CgroupReading["cpu"];
  let memory: CgroupReading["memory"];
  for (const folder of upwards(cgroup, own)) {
    const cpuHere = await readCpu(folder);
    if (cpuHere !== undefined && cpuHere.limitCores < (cpu?.limitCores ?? Infinity)) cpu = cpuHere;
    const memoryHere = await readMemory(folder);
    if (memoryHere !== undefined && memoryHere.limitBytes < (memory?.limitBytes ?? Infinity)) memory = memoryHere;
  }
  return { cpu, memory };
}

/** The group's folder and those above it, the root last. */
function upwards(root: string, own: string): string[] {
  const folders: string[] = [];
  // Seen from inside a container the path may lead out of its view (`/../..`); then the root is what there is.
  let path = own.startsWith("/..") ? "/" : posix.normalize(own);
  while (folders.length < depthMax) {
    folders.push(posix.join(root, path));
    if (path === "/") break;
    path = posix.dirname(path);
  }
  return folders;
}

async function readCpu(folder: string): Promise<CgroupReading["cpu"]> {
  const [, quota, period] = /^(\d+) (\d+)$/m.exec((await textOf(`${folder}/cpu.max`)) ?? "") ?? [];
  if (quota === undefined || period === undefined || Number(period) === 0) return undefined;
  const usedUs = field(await textOf(`${folder}/cpu.stat`), "usage_usec");
  return usedUs === undefined ? undefined : { limitCores: Number(quota) / Number(period), usedUs };
}

async function readMemory(folder: string): Promise<CgroupReading["memory"]> {
  const limitBytes = wholeNumber(await textOf(`${folder}/memory.max`));
  const current = wholeNumber(await textOf(`${folder}/memory.current`));
  if (limitBytes === undefined || limitBytes === 0 || current === undefined) return undefined;
  // Cached file pages that nobody used of late are given back before anything is killed.
  const reclaimable = field(await textOf(`${folder}/memory.stat`), "inactive_file") ?? 0;
  return { limitBytes, usedBytes: Math.max(0, current - reclaimable) };
}

/** The number behind `name` in lines of `name number`. */
export function field(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:?\\s+(\\d+)`, "m").exec(text ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** The file's text; undefined where it cannot be read: most systems lack some of these files. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
