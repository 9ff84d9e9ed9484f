/** The three plots of a run: the order over time, the phases on their circle, and how wide the gaps between them are. */
import { axes, plotFrame, plotSize, px, svgDocument, textAt } from "./svg.ts";
import type { OrderSample } from "./swarm-record.ts";

const blue = "#1f5fbf";
/** Points of a curve: more than one for each pixel show nothing. */
const pointsMax = 1_240;

/** The coherence R over time, with the goal's own order beside it where that is another. */
export function coherencePlot(samples: readonly OrderSample[], title: string): string {
  const { left, top, width, height } = plotFrame;
  const endMs = samples.at(-1)?.atMs ?? 1;
  const x = (atMs: number): number => left + (atMs / Math.max(endMs, 1)) * width;
  const y = (value: number): number => top + (1 - value) * height;
  const step = Math.max(1, Math.ceil(samples.length / pointsMax));
  const shown = samples.filter((_, index) => index % step === 0 || index === samples.length - 1);
  const points = shown.map(({ atMs, coherence }) => `${px(x(atMs))},${px(y(coherence))}`).join(" ");
  const ticks = {
    x: fifths((share) => [x(share * endMs), px((share * endMs) / 1000)]),
    y: fifths((share) => [y(share), px(share)]),
  };
  const caption = { title, xLabel: "time, s", yLabel: "coherence R" };
  const curve = `<polyline points="${points}" fill="none" stroke="${blue}" stroke-width="1.5"/>`;
  return svgDocument([...axes(caption, ticks), curve], title);
}

/** Where the agents stand on the cycle, one dot each. */
export function phaseCirclePlot(phasesRad: readonly number[], title: string): string {
  const centreX = plotSize.width / 2;
  const centreY = 215;
  const radius = 150;
  const dots = phasesRad.map((phase) => {
    const [x, y] = [centreX + radius * Math.sin(phase), centreY - radius * Math.cos(phase)];
    return `<circle cx="${px(x)}" cy="${px(y)}" r="4" fill="${blue}" fill-opacity="0.35"/>`;
  });
  return svgDocument(
    [
      `<circle cx="${centreX}" cy="${centreY}" r="${radius}" fill="none" stroke="#888888"/>`,
      textAt(centreX, centreY - radius - 10, "beat", 'text-anchor="middle"'),
      ...dots,
      textAt(centreX, centreY + 5, `${phasesRad.length} agents`, 'text-anchor="middle"'),
    ],
    title,
  );
}

/** How many gaps between neighbouring phases have which width, in units of the even gap. */
export function gapHistogramPlot(phasesRad: readonly number[], title: string): string {
  const { left, top, width, height } = plotFrame;
  const bins = 40;
  const widest = 4;
  const counts = new Array<number>(bins).fill(0);
  for (const gap of gapsOf(phasesRad)) {
    const bin = Math.min(bins - 1, Math.floor((gap / widest) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, bin) => {
    const tall = (count / most) * height;
    const x = left + (bin / bins) * width;
    return `<rect x="${px(x)}" y="${px(top + height - tall)}" width="${px(width / bins - 1)}" height="${px(tall)}" fill="${blue}"/>`;
  });
  const ticks = {
    x: fifths((share) => [left + share * width, share === 1 ? `≥ ${widest}` : px(share * widest)]),
    y: fifths((share) => [top + (1 - share) * height, px(share * most)]),
  };
  const caption = { title, xLabel: "gap to the next agent, even gap = 1", yLabel: "agents" };
  return svgDocument([...axes(caption, ticks), ...bars], title);
}

/** The gaps between neighbouring phases in units of 2π/N. */
function gapsOf(phasesRad: readonly number[]): number[] {
  const sorted = phasesRad.toSorted((a, b) => a - b);
  const turn = 2 * Math.PI;
  return sorted.map((phase, index) => {
    const next = sorted[index + 1] ?? (sorted[0] ?? 0) + turn;
    return ((next - phase) * sorted.length) / turn;
  });
}

function fifths(tick: (share: number) => [number, string]): [number, string][] {
  return [0, 0.2, 0.4, 0.6, 0.8, 1].map(tick);
}
