/**
 * Records telemetry of this host for replays, under a load that varies: processes that work by turns (load-worker.ts) are its
 * subjects, and so is the host itself, as an agent samples it. The load is bounded: about a core, 3 GB and 100 MB/s at most.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createHostSampler } from "@entrain/telemetry";
import { loadColumns, type LoadTask } from "./load-worker.ts";

/** How a recording is to be. */
export interface RecordingWish {
  /** Of all subjects together. */
  readonly rows: number;
  /** Processes under load; the host is one subject more. */
  readonly processes: number;
  /** Between two rows of a subject, ms. */
  readonly everyMs: number;
  /** How long a process does one sort of work, ms. */
  readonly turnMs: number;
}

const main = path.join(import.meta.dirname, "load-worker.ts");
const hostColumns = ["cpu", "memory", "loopDelayMs", "loadPerCore", "disk"] as const;
const columns = [...new Set([...hostColumns, ...loadColumns])];

/** A row with its instant, by which the rows of all subjects are put in order. */
interface Row {
  readonly atMs: number;
  readonly subject: string;
  readonly values: Readonly<Record<string, number | string | boolean>>;
}

/** Writes a CSV; the file is there once it is whole. */
export async function recordTelemetry(
  file: string,
  { rows, processes, everyMs, turnMs }: RecordingWish,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "entrain-record-"));
  const each = Math.ceil(rows / (processes + 1));
  try {
    const recorded = await Promise.all([
      recordHost(each, everyMs),
      ...Array.from({ length: processes }, (_, index) =>
        recordLoad(path.join(folder, `${index}.csv`), { subject: `process:${index}`, rows: each, everyMs, turnMs }),
      ),
    ]);
    const ordered = recorded.flat().sort((a, b) => a.atMs - b.atMs);
    const lines = ordered.slice(0, rows).map(({ atMs, subject, values }) => {
      const cells = columns.map((name) => values[name] ?? "");
      return `${atMs},${subject},${cells.join(",")}`;
    });
    await writeFile(`${file}.part`, [`timestamp,subject,${columns.join(",")}`, ...lines, ""].join("\n"));
    await rename(`${file}.part`, file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function recordHost(rows: number, everyMs: number): Promise<readonly Row[]> {
  const sampler = createHostSampler({ hostname: "recorded" });
  const recorded: Row[] = [];
  for (let row = 0; row < rows; row++) {
    const { subject, ...values } = await sampler.sample();
    recorded.push({ atMs: Date.now(), subject: String(subject), values });
    await delay(everyMs);
  }
  sampler.close();
  return recorded;
}

/** Through a file: a pipe that is read late would be a load of its own. */
async function recordLoad(file: string, task: LoadTask): Promise<readonly Row[]> {
  const out = createWriteStream(file);
  await once(out, "open");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["ignore", out, "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  out.destroy();
  if (code !== 0) throw new Error(`a load ended with ${code}`);
  const recorded: Row[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [atMs, subject = "", ...cells] = line.split(",");
    const values = Object.fromEntries(loadColumns.map((name, index) => [name, Number(cells[index])]));
    recorded.push({ atMs: Number(atMs), subject, values });
  }
  return recorded;
}
