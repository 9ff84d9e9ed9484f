/**
 * Telemetry of a small fleet, made up: the same rows for the same seed, on every machine.
 *
 * Each quantity of each subject is its base, plus a season (a sine over a "day" of `dayMs`, in a phase of the subject's own), plus a
 * drift (a straight line over the whole recording, up or down), plus noise that remembers (an autoregression of the first order,
 * factor 0.9). These stay under the thresholds of the shipped rules. Faults go over them: once a slot of `slotMs` a subject has
 * one, early in the slot; its quantity rises over a third of the fault to its height, stays there for a third with its noise, and
 * falls. A third of the faults stays in the warning's band, the others reach the critical one. Rows of a sick subject may also lose a
 * value, as real ones do: a tenth of them is written without the quantity that is not at fault.
 *
 * A fault lasts a twelfth of its slot and begins in its first tenth. So the same state of a subject either comes back within a twelfth
 * of a slot, or is away for at least two thirds of one; with a cooldown between the two, which occurrence an incident is does not
 * depend on how late somebody reads a row.
 */
import { createRandom, type Random } from "@entrain/kernel";

/** What to make. */
export interface TelemetryWish {
  readonly seed: string;
  readonly rows: number;
  /** Rows take turns among so many. */
  readonly subjects: number;
  /** Between two rows of one subject, ms of the recording. */
  readonly everyMs: number;
  readonly dayMs: number;
  readonly slotMs: number;
}

/** What a row is about, and what is measured; undefined: the value is missing. */
export interface TelemetryRow {
  readonly atMs: number;
  readonly subject: string;
  readonly temperature: number | undefined;
  readonly cpu: number | undefined;
  readonly signal: number | undefined;
}

type QuantityName = "temperature" | "cpu" | "signal";

/** How a quantity behaves: fault heights in the warning's band and in the critical one. */
const quantities: Readonly<
  Record<QuantityName, Record<"base" | "season" | "drift" | "noise" | "warn" | "crit", number>>
> = {
  temperature: { base: 45, season: 8, drift: 4, noise: 0.4, warn: 74, crit: 88 },
  cpu: { base: 0.4, season: 0.15, drift: 0.05, noise: 0.01, warn: 0.95, crit: 1 },
  signal: { base: -70, season: 6, drift: -4, noise: 0.5, warn: -103, crit: -116 },
};
const names = Object.keys(quantities) as readonly QuantityName[];
const noiseMemory = 0.9;
/** The recording's first instant, Unix ms. */
const startMs = Date.UTC(2026, 0, 1);

/** One subject's fault in one slot. */
interface Fault {
  readonly quantity: QuantityName;
  readonly beginsMs: number;
  readonly lastsMs: number;
  /** How far it goes: into the warning's band, or the critical one. */
  readonly reaches: "warn" | "crit";
}

interface Subject {
  readonly name: string;
  readonly phase: number;
  readonly drift: number;
  readonly noise: Record<QuantityName, number>;
  readonly random: Random;
  fault: Fault | undefined;
  slot: number;
}

/** The rows, in the order of their instants. */
export function* generateTelemetry(wish: TelemetryWish): Generator<TelemetryRow> {
  const { seed, rows, subjects: count, everyMs } = wish;
  const subjects = Array.from({ length: count }, (_, index) => createSubject(`${seed}/${index}`, `rack-${index + 1}`));
  const wholeMs = (rows / count) * everyMs;
  for (let row = 0; row < rows; row++) {
    const subject = subjects[row % count]!;
    const sinceMs = Math.floor((row / count) * everyMs);
    yield rowOf(subject, sinceMs, wholeMs, wish);
  }
}

/** The lines of a CSV file. */
export function* telemetryCsv(wish: TelemetryWish): Generator<string> {
  yield "timestamp,subject,temperature,cpu,signal\n";
  for (const { atMs, subject, ...values } of generateTelemetry(wish)) {
    const cells = names.map((name) => values[name]?.toFixed(4) ?? "");
    yield `${atMs},${subject},${cells.join(",")}\n`;
  }
}

function createSubject(seed: string, name: string): Subject {
  const random = createRandom(seed);
  return {
    name,
    phase: 2 * Math.PI * random.next(),
    drift: 2 * random.next() - 1,
    noise: { temperature: 0, cpu: 0, signal: 0 },
    random,
    fault: undefined,
    slot: -1,
  };
}

function rowOf(subject: Subject, sinceMs: number, wholeMs: number, wish: TelemetryWish): TelemetryRow {
  const slot = Math.floor(sinceMs / wish.slotMs);
  if (slot > subject.slot) {
    subject.slot = slot;
    subject.fault = drawFault(subject.random, slot * wish.slotMs, wish.slotMs);
  }
  const { fault, random } = subject;
  const depth = fault === undefined ? 0 : depthAt(fault, sinceMs);
  const values: Partial<Record<QuantityName, number>> = {};
  for (const name of names) {
    const { base, season, drift, noise, ...limits } = quantities[name];
    subject.noise[name] = noiseMemory * subject.noise[name] + noise * (2 * random.next() - 1);
    const angle = (2 * Math.PI * sinceMs) / wish.dayMs + subject.phase;
    const sound = base + season * Math.sin(angle) + drift * subject.drift * (sinceMs / wholeMs);
    const sick = fault?.quantity === name ? depth * (limits[fault.reaches] - sound) : 0;
    const lost = depth > 0 && fault?.quantity !== name && random.next() < 0.1;
    if (!lost) values[name] = sound + sick + subject.noise[name];
  }
  if (values.cpu !== undefined) values.cpu = Math.min(1, Math.max(0, values.cpu));
  return {
    atMs: startMs + sinceMs,
    subject: subject.name,
    temperature: values.temperature,
    cpu: values.cpu,
    signal: values.signal,
  };
}

function drawFault(random: Random, slotStartMs: number, slotMs: number): Fault {
  return {
    quantity: names[random.int(names.length)]!,
    beginsMs: slotStartMs + random.next() * 0.1 * slotMs,
    lastsMs: slotMs / 12,
    reaches: random.int(3) === 0 ? "warn" : "crit",
  };
}

/** How far a fault has come, 0..1. */
function depthAt({ beginsMs, lastsMs }: Fault, sinceMs: number): number {
  const part = (sinceMs - beginsMs) / lastsMs;
  if (part <= 0 || part >= 1) return 0;
  return Math.min(1, 3 * part, 3 * (1 - part));
}
