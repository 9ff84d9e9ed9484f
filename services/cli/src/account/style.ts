/** How a terminal lets us write: with or without colour, bars of blocks or of plain signs, a line redrawn in place. */

/** What a stream can show. */
export interface Style {
  readonly colour: boolean;
  /** Blocks and arrows; else ASCII only. */
  readonly blocks: boolean;
  /** A line may be redrawn in place. */
  readonly redraw: boolean;
}

export const plainStyle: Style = { colour: false, blocks: false, redraw: false };

/** The style of a stream: plain where it is no terminal; NO_COLOR (no-color.org) takes the colour away. */
export function styleOf(isTty: boolean, env: NodeJS.ProcessEnv): Style {
  if (!isTty || env["TERM"] === "dumb") return plainStyle;
  const noColour = env["NO_COLOR"] ?? "";
  const locale = env["LC_ALL"] ?? env["LC_CTYPE"] ?? env["LANG"] ?? "UTF-8";
  return { colour: noColour === "", blocks: /utf-?8/i.test(locale), redraw: true };
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** `text` in a colour, where there is colour. */
export function paint(style: Style, colour: keyof typeof codes, text: string): string {
  return style.colour ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}

/** A bar of `width` signs, filled to `share` (0..1). */
export function bar(style: Style, share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  const [full, empty] = style.blocks ? ["█", "░"] : ["#", "-"];
  return full.repeat(filled) + empty.repeat(width - filled);
}

/** Values of 0..1 as a row of small bars, the latest last. */
export function sparkline(style: Style, values: readonly number[]): string {
  const signs = style.blocks ? "▁▂▃▄▅▆▇█" : "_.-=+*%#";
  return values.map((value) => signs[Math.min(7, Math.max(0, Math.floor(value * 8)))] ?? "").join("");
}
