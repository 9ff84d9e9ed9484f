/**
 * The process's own host as telemetry: cpu, memory, loopDelayMs, loadPerCore and disk, about the subject
 * `host:<hostname>`. Under cgroup limits the shares are of what the process may use, not of the machine. Shares are 0..1.
 * `cpu` and `loopDelayMs` are about the time since the last sample; a value that cannot be had is left out.
 */
import { statfs } from "node:fs/promises";
import { cpus, freemem, hostname, loadavg, totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as elapse } from "node:timers/promises";
import { checkReading } from "@entrain/core/decision";
import { field, readCgroup, textOf, type CgroupFolders, type CgroupReading } from "./cgroup.ts";
import type { TelemetrySource } from "./telemetry-source.ts";

/** Where the sampler looks. */
export interface HostSamplerOptions {
  /** The filesystem with this path is watched (default `/`). */
  readonly diskPath?: string;
  /** Default: the machine's name. */
  readonly hostname?: string;
  /** Monotonic clock, ms (default: the process's own). */
  readonly nowMs?: () => number;
  readonly folders?: CgroupFolders;
}

/** A source that watches the event loop until it is closed. */
export interface HostSampler extends TelemetrySource {
  close(): void;
}

/** The event loop is looked at this often, ms; 100 wake-ups a second are what the figure costs. */
const loopResolutionMs = 10;
/** A filesystem that does not answer in this time (a dead network mount) is left out, ms. */
const diskWithinMs = 500;
/** Counters tick every 10 ms: over a shorter time a share would be noise, ms. */
const shareOverMs = 100;

/** Begins to watch. */
export function createHostSampler(options: HostSamplerOptions = {}): HostSampler {
  const { diskPath = "/", nowMs = () => performance.now(), folders = {} } = options;
  const subject = hostSubject(options.hostname ?? hostname());
  const cpuShare = createCpuShare(nowMs);
  const loopDelay = createLoopDelay(nowMs);
  const diskShare = createDiskShare(diskPath);

  return {
    async sample() {
      const [cgroup, disk, memInfo] = await Promise.all([
        readCgroup(folders),
        diskShare(),
        textOf(`${folders.proc ?? "/proc"}/meminfo`),
      ]);
      const values = {
        cpu: cpuShare(cgroup.cpu),
        memory: memoryShare(cgroup.memory, memInfo),
        loopDelayMs: loopDelay.read(),
        loadPerCore: loadPerCore(),
        disk,
      };
      const known = Object.entries(values).filter(([, value]) => value !== undefined && Number.isFinite(value));
      return checkReading({ ...Object.fromEntries(known), subject });
    },
    close() {
      loopDelay.close();
    },
  };
}

/** `host:` and the name, with what the grammar of subjects does not know replaced. */
export function hostSubject(name: string): string {
  const fit = name.replaceAll(/[^A-Za-z0-9._:-]/g, "-").slice(0, 120);
  return `host:${fit === "" ? "unknown" : fit}`;
}

/** Share of the cores in use since the last call: of the allowed ones where the group has a limit. */
function createCpuShare(nowMs: () => number): (limit: CgroupReading["cpu"]) => number | undefined {
  let before = { ...hostTicks(), atMs: nowMs(), usedUs: undefined as number | undefined };
  let last: number | undefined;
  return (limit) => {
    const now = { ...hostTicks(), atMs: nowMs(), usedUs: limit?.usedUs };
    const elapsedMs = now.atMs - before.atMs;
    if (elapsedMs < shareOverMs) return last;
    const totalTicks = now.totalMs - before.totalMs;
    const hostShare = totalTicks > 0 ? (now.busyMs - before.busyMs) / totalTicks : undefined;
    const limited = limit !== undefined && limit.limitCores < cpus().length;
    if (!limited) last = hostShare;
    else if (before.usedUs === undefined) last = undefined;
    else last = (limit.usedUs - before.usedUs) / 1_000 / (elapsedMs * limit.limitCores);
    if (last !== undefined) last = Math.min(1, Math.max(0, last));
    before = now;
    return last;
  };
}

/** Time of all cores since their start, ms. */
function hostTicks(): { readonly busyMs: number; readonly totalMs: number } {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    busyMs += busy;
    totalMs += busy + times.idle;
  }
  return { busyMs, totalMs };
}

/** Share in use: of the group's limit where there is one, else of what the machine could give out. */
function memoryShare(limit: CgroupReading["memory"], memInfo: string | undefined): number {
  const total = totalmem();
  if (limit !== undefined && limit.limitBytes < total) return Math.min(1, limit.usedBytes / limit.limitBytes);
  const [totalKb, availableKb] = [field(memInfo, "MemTotal"), field(memInfo, "MemAvailable")];
  if (totalKb !== undefined && availableKb !== undefined) return 1 - availableKb / totalKb;
  return 1 - freemem() / total;
}

/** Runnable processes per core of the machine over the last minute; Windows does not count them. */
function loadPerCore(): number | undefined {
  return process.platform === "win32" ? undefined : (loadavg()[0] ?? 0) / Math.max(1, cpus().length);
}

/** How late the event loop was, p99 since the last call, ms. */
function createLoopDelay(nowMs: () => number): { read(): number | undefined; close(): void } {
  const histogram = monitorEventLoopDelay({ resolution: loopResolutionMs });
  histogram.enable();
  let firstMs: number | undefined;
  let callOff = watchFirst();

  /** After a reset the histogram begins to count with its second look; the first pause is measured here. */
  function watchFirst(): () => void {
    const sinceMs = nowMs();
    firstMs = undefined;
    const timer = setTimeout(() => {
      firstMs = nowMs() - sinceMs;
    }, loopResolutionMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  }

  return {
    read() {
      if (histogram.count === 0 && firstMs === undefined) return undefined;
      const p99Ms = histogram.count === 0 ? 0 : histogram.percentile(99) / 1e6;
      // One pause among a hundred is beyond the 99th percentile.
      const pauseMs = histogram.count < 99 ? Math.max(p99Ms, firstMs ?? 0) : p99Ms;
      histogram.reset();
      callOff();
      callOff = watchFirst();
      // The resolution is the part of a pause that was intended.
      return Math.max(0, pauseMs - loopResolutionMs);
    },
    close() {
      histogram.disable();
      callOff();
    },
  };
}

/** Share of the filesystem in use as `df` tells it: what only root may fill counts as used up. */
function createDiskShare(path: string): () => Promise<number | undefined> {
  let underWay = false;
  async function read(): Promise<number | undefined> {
    underWay = true;
    try {
      const { blocks, bfree, bavail } = await statfs(path);
      const used = blocks - bfree;
      return used + bavail > 0 ? used / (used + bavail) : undefined;
    } catch {
      return undefined;
    } finally {
      underWay = false;
    }
  }
  // A look that hangs holds up neither the sample nor, by piling up, the thread pool.
  return async () => (underWay ? undefined : Promise.race([read(), elapse(diskWithinMs, undefined, { ref: false })]));
}
