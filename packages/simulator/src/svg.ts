/** The few shapes that plots are made of, as SVG text: no dependency, the same bytes for the same numbers. */

/** What a plot says beside its data. */
export interface Caption {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
}

/** The inner rectangle of a plot and its scales, px. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const plotSize = { width: 720, height: 400 } as const;
export const plotFrame: Frame = { left: 70, top: 50, width: 620, height: 280 };

/** A whole drawing around its parts. */
export function svgDocument(parts: readonly string[], title: string): string {
  const { width, height } = plotSize;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    textAt(width / 2, 28, title, 'text-anchor="middle" font-size="16"'),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

/** Text at a point. */
export function textAt(x: number, y: number, text: string, attributes = ""): string {
  return `<text x="${px(x)}" y="${px(y)}" fill="#222222" ${attributes}>${escaped(text)}</text>`;
}

/** A frame with ticks and labels. */
export function axes(
  caption: Caption,
  ticks: { readonly x: readonly [number, string][]; readonly y: readonly [number, string][] },
): string[] {
  const { left, top, width, height } = plotFrame;
  const bottom = top + height;
  const grid = (x1: number, y1: number, x2: number, y2: number): string =>
    `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="#dddddd"/>`;
  return [
    ...ticks.x.flatMap(([x, text]) => [grid(x, top, x, bottom), textAt(x, bottom + 18, text, 'text-anchor="middle"')]),
    ...ticks.y.flatMap(([y, text]) => [
      grid(left, y, left + width, y),
      textAt(left - 8, y + 4, text, 'text-anchor="end"'),
    ]),
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#888888"/>`,
    textAt(left + width / 2, bottom + 42, caption.xLabel, 'text-anchor="middle"'),
    textAt(20, top + height / 2, caption.yLabel, `text-anchor="middle" transform="rotate(-90 20 ${top + height / 2})"`),
  ];
}

/** A coordinate, to a hundredth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
