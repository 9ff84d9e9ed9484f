/** Records this host's telemetry for replays, whatever the host is doing meanwhile. */
import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createHostSampler } from "@entrain/telemetry";

const columns = ["cpu", "memory", "loopDelayMs", "loadPerCore", "disk"] as const;

/** Writes a CSV of so many rows, `everyMs` between them; the file is there once it is whole. */
export async function recordTelemetry(file: string, rows: number, everyMs: number): Promise<void> {
  const sampler = createHostSampler({ hostname: "recorded" });
  const out = createWriteStream(`${file}.part`);
  out.write(`timestamp,subject,${columns.join(",")}\n`);
  for (let row = 0; row < rows; row++) {
    const reading = await sampler.sample();
    const cells = columns.map((name) => reading[name] ?? "");
    if (!out.write(`${Date.now()},${String(reading["subject"])},${cells.join(",")}\n`)) await once(out, "drain");
    await delay(everyMs);
  }
  sampler.close();
  out.end();
  await once(out, "finish");
  await rename(`${file}.part`, file);
}
