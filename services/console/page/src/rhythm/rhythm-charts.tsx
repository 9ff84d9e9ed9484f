/** Coherence, spread and cadence over the last minutes, with a line where something happened. */
import { useEffect, useRef } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import { effect } from "@preact/signals";
import Plot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Mark, RhythmSample } from "../feed/history.ts";

interface ChartSpec {
  readonly title: string;
  /** What each line shows: its name, its colour's variable, its values. */
  readonly lines: readonly {
    readonly name: string;
    readonly colour: string;
    readonly of: (sample: RhythmSample) => number | null;
  }[];
  readonly range?: readonly [number, number];
}

const charts: readonly ChartSpec[] = [
  {
    title: "Coherence",
    lines: [{ name: "R", colour: "--accent", of: ({ coherence }) => coherence }],
    range: [0, 1.05],
  },
  {
    title: "Spread of a beat, ms",
    lines: [
      { name: "p50", colour: "--accent", of: ({ spreadP50Ms }) => spreadP50Ms },
      { name: "p99", colour: "--beat", of: ({ spreadP99Ms }) => spreadP99Ms },
    ],
  },
  {
    title: "Cadence error, ppm",
    lines: [{ name: "error", colour: "--accent", of: ({ cadencePpm }) => cadencePpm }],
  },
];

const heightPx = 132;
/** The shortest and the longest time that a chart shows, s. */
const shownS = { least: 60, most: 600 } as const;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The charts, and the marks as a list for those who do not see them. */
export function RhythmCharts({
  samples,
  marks,
}: {
  readonly samples: ReadonlySignal<readonly RhythmSample[]>;
  readonly marks: ReadonlySignal<readonly Mark[]>;
}) {
  return (
    <div class="charts">
      {charts.map((spec) => (
        <Chart key={spec.title} spec={spec} samples={samples} marks={marks} />
      ))}
      <details>
        <summary>What happened ({marks.value.length})</summary>
        {marks.value.length === 0 ? (
          <p class="quiet">Nothing since this page was opened.</p>
        ) : (
          <ol class="marks" reversed>
            {marks.value.toReversed().map(({ atS, kind, text }) => (
              <li key={`${atS}${text}`}>
                <time dateTime={new Date(atS * 1_000).toISOString()}>{new Date(atS * 1_000).toLocaleTimeString()}</time>{" "}
                <span class={`mark ${kind}`}>{text}</span>
              </li>
            ))}
          </ol>
        )}
      </details>
    </div>
  );
}

function Chart({
  spec,
  samples,
  marks,
}: {
  readonly spec: ChartSpec;
  readonly samples: ReadonlySignal<readonly RhythmSample[]>;
  readonly marks: ReadonlySignal<readonly Mark[]>;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return undefined;
    return draw(place.current, spec, samples, marks);
  }, [spec, samples, marks]);
  const last = samples.value.at(-1);
  const figures = spec.lines.map(({ name, of }) => `${name} ${last === undefined ? "–" : round(of(last))}`).join(", ");
  return (
    <section>
      <h3>
        {spec.title} <output>{figures}</output>
      </h3>
      <div class="chart" ref={place} role="img" aria-label={`${spec.title} over time; now ${figures}`} />
    </section>
  );
}

const round = (value: number | null): string => (value === null ? "–" : String(Number(value.toPrecision(4))));

/** Draws until it is called off; anew in other colours when the page turns light or dark. */
function draw(
  place: HTMLElement,
  spec: ChartSpec,
  samples: ReadonlySignal<readonly RhythmSample[]>,
  marks: ReadonlySignal<readonly Mark[]>,
): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let plot: Plot | undefined;
  let callOff: (() => void) | undefined;
  const begin = (): void => {
    callOff?.();
    plot?.destroy();
    const made = new Plot(optionsOf(place, spec, marks), [[], ...spec.lines.map(() => [])], place);
    plot = made;
    callOff = effect(() => {
      // The marks are read here as well, so that a new one is drawn as soon as it is there.
      const [seen] = [samples.value, marks.value];
      made.setData([seen.map(({ atS }) => atS), ...spec.lines.map(({ of }) => seen.map(of))] as Plot.AlignedData);
    });
  };
  const resize = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: heightPx }));
  begin();
  resize.observe(place);
  dark.addEventListener("change", begin);
  return () => {
    dark.removeEventListener("change", begin);
    resize.disconnect();
    callOff?.();
    plot?.destroy();
  };
}

function optionsOf(place: HTMLElement, spec: ChartSpec, marks: ReadonlySignal<readonly Mark[]>): Plot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false } };
  const { range } = spec;
  return {
    width: place.clientWidth,
    height: heightPx,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_plot, first) => timeRange(first) },
      y: range === undefined ? {} : { range: [...range] as [number, number] },
    },
    axes: [
      { ...axis, size: 28, space: 90, values: (_plot, atS) => atS.map((each) => clock.format(each * 1_000)) },
      { ...axis, size: 52 },
    ],
    series: [
      {},
      ...spec.lines.map(({ name, colour: of }) => ({
        label: name,
        stroke: colour(of),
        width: 1.5,
        points: { show: false },
      })),
    ],
    hooks: {
      draw: [
        (plot) => {
          drawMarks(plot, marks.peek(), colour);
        },
      ],
    },
  };
}

/** From the first sample to now, within bounds. */
function timeRange(firstS: number | null): [number, number] {
  const nowS = Date.now() / 1_000;
  const passedS = nowS - (firstS ?? nowS);
  return [nowS - Math.min(shownS.most, Math.max(shownS.least, passedS)), nowS];
}

function drawMarks(plot: Plot, marks: readonly Mark[], colour: (name: string) => string): void {
  const { ctx: context, bbox } = plot;
  const [from = 0, to = 0] = [plot.scales["x"]?.min, plot.scales["x"]?.max];
  context.save();
  context.lineWidth = devicePixelRatio;
  for (const { atS, kind } of marks) {
    // Decisions and versions come by the dozen: the charts show what changes the rhythm.
    if (atS < from || atS > to || kind === "decision" || kind === "context") continue;
    const x = Math.round(plot.valToPos(atS, "x", true));
    context.strokeStyle = colour(kind === "leader" ? "--leader" : kind === "member" ? "--bad" : "--beat");
    context.beginPath();
    context.moveTo(x, bbox.top);
    context.lineTo(x, bbox.top + bbox.height);
    context.stroke();
  }
  context.restore();
}
