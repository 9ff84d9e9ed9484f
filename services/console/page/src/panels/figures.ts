/** How figures are written: an unknown one is a dash, never a 0. */

const unknown = "–";

/** A share or ratio, four digits. */
export const formatRatio = (value: number | null): string => (value === null ? unknown : value.toFixed(4));
/** Units of energy, to a tenth. */
export const formatUnits = (value: number | null): string => (value === null ? unknown : value.toFixed(1));

/** Milliseconds with as many digits as matter. */
export const formatMs = (value: number | null): string =>
  value === null ? unknown : `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ms`;

/** Parts per million with a sign. */
export const formatPpm = (value: number | null): string =>
  value === null ? unknown : `${value > 0 ? "+" : ""}${value.toFixed(0)} ppm`;

/** A share in percent. */
export const formatShare = (value: number | null): string =>
  value === null ? unknown : `${(100 * value).toFixed(1)} %`;

/** A whole number or a text. */
export const formatPlain = (value: number | string | null): string => (value === null ? unknown : String(value));

/** A period: in seconds from one second on. */
export const formatPeriod = (ms: number | null): string =>
  ms === null ? unknown : ms >= 1_000 ? `${Number((ms / 1_000).toPrecision(4))} s` : `${Number(ms.toPrecision(4))} ms`;

/** An instant as the time of day. */
export const formatTime = (unixMs: number | null): string =>
  unixMs === null ? unknown : new Date(unixMs).toLocaleTimeString();
