/** How much faster than recorded telemetry is replayed. */
import { EntrainError } from "@entrain/kernel";

const speedMax = 10_000;

/** 1 as recorded, 10 ten times as fast, 0 without waiting. @throws EntrainError `invalid-argument` that names `field` */
export function readReplaySpeed(field: string, text: string): number {
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (speed === 0 || (speed >= 0.01 && speed <= speedMax)) return speed;
  throw EntrainError.invalid(field, text, `give a factor from 0.01 to ${speedMax}, or 0 for no waiting`);
}
