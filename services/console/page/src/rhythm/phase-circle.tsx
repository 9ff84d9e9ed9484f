/**
 * The phase circle: each agent a point that goes round once per period, clockwise from the top, where it beats. The arrow
 * is the mean of all points: its length is the coherence R. It is redrawn with every frame of the screen; for people who
 * want less motion, once a second.
 */
import { useEffect, useRef } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import type { SwarmView } from "../../../src/contract/swarm-view.ts";
import { formatRatio } from "../panels/figures.ts";
import type { PhaseBoard, PhasePoint } from "./phase-board.ts";
import { labelAt, labelsOf, possibleTexts, roomFor, type LabelRoom } from "./phase-labels.ts";

const turn = 2 * Math.PI;
/** Agents that are few enough to be named beside their points. */
const namedMax = 16;
/** The smallest circle that can be drawn, its names included, px. */
const leastPx = 100;
/** A beat glows for this share of a turn, rad. */
const glowRad = 0.35;

interface Palette {
  readonly ring: string;
  readonly agent: string;
  readonly leader: string;
  readonly beat: string;
  readonly text: string;
}

/** Draws the phases on a canvas that fills its place. */
export function PhaseCircle({
  phases,
  swarm,
}: {
  readonly phases: PhaseBoard;
  readonly swarm: ReadonlySignal<SwarmView | undefined>;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current === null ? undefined : animate(canvas.current, phases)), [phases]);
  const rhythm = swarm.value?.rhythm;
  const said = `Phases of ${swarm.value?.agents ?? "no"} agents, coherence ${formatRatio(rhythm?.coherence ?? null)}`;
  return (
    <figure class="circle">
      <canvas ref={canvas} role="img" aria-label={said} />
      <figcaption>
        A point is an agent; it beats at the top. The arrow's length is the coherence,{" "}
        {formatRatio(rhythm?.coherence ?? null)}.
      </figcaption>
    </figure>
  );
}

/** Draws until it is called off. */
function animate(canvas: HTMLCanvasElement, phases: PhaseBoard): () => void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let palette = paletteOf(canvas);
  const repaint = (): void => {
    palette = paletteOf(canvas);
  };
  dark.addEventListener("change", repaint);
  let frame = 0;
  let drawnMs = -Infinity;
  const draw = (nowMs: number): void => {
    frame = requestAnimationFrame(draw);
    if (calm.matches && nowMs - drawnMs < 1_000) return;
    drawnMs = nowMs;
    const context = canvas.getContext("2d");
    const size = fitted(canvas);
    // Before the page is laid out there is no room to draw in.
    if (context === null || size < leastPx) return;
    const scale = devicePixelRatio;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, size, size);
    drawCircle(context, size, phases.at(performance.now()), palette);
  };
  frame = requestAnimationFrame(draw);
  return () => {
    cancelAnimationFrame(frame);
    dark.removeEventListener("change", repaint);
  };
}

/** Gives the canvas as many pixels as its place has; answers its side in CSS pixels. */
function fitted(canvas: HTMLCanvasElement): number {
  const size = canvas.clientWidth;
  const pixels = Math.round(size * devicePixelRatio);
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
  return size;
}

function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ring: colour("--line"),
    agent: colour("--accent"),
    leader: colour("--leader"),
    beat: colour("--beat"),
    text: colour("--text"),
  };
}

function drawCircle(
  context: CanvasRenderingContext2D,
  size: number,
  points: readonly PhasePoint[],
  palette: Palette,
): void {
  const centre = size / 2;
  context.font = "12px system-ui, sans-serif";
  const room = points.length <= namedMax ? roomForNames(context, points, size) : undefined;
  const radius = room?.radius ?? size / 2 - 16;
  const place = (phaseRad: number, share: number): readonly [number, number] => [
    centre + share * radius * Math.sin(phaseRad),
    centre - share * radius * Math.cos(phaseRad),
  ];
  context.lineWidth = 2;
  context.strokeStyle = palette.ring;
  context.beginPath();
  context.arc(centre, centre, radius, 0, turn);
  context.moveTo(centre, centre - radius - 8);
  context.lineTo(centre, centre - radius + 8);
  context.stroke();
  drawMean(context, centre, points, place, palette);
  const dot = points.length > 200 ? 3 : points.length > 50 ? 4 : 6;
  for (const { phaseRad, isLeader } of points) {
    context.fillStyle = phaseRad < glowRad ? palette.beat : isLeader ? palette.leader : palette.agent;
    const [x, y] = place(phaseRad, 1);
    context.beginPath();
    context.arc(x, y, isLeader ? dot + 2 : dot, 0, turn);
    context.fill();
  }
  if (room !== undefined) drawNames(context, centre, points, room, palette);
}

/** The same for the same agents wherever they are, so that the circle keeps its size. */
function roomForNames(context: CanvasRenderingContext2D, points: readonly PhasePoint[], size: number): LabelRoom {
  const widths = possibleTexts(points).map((text) => context.measureText(text).width);
  return roomFor(Math.max(...widths), size);
}

function drawMean(
  context: CanvasRenderingContext2D,
  centre: number,
  points: readonly PhasePoint[],
  place: (phaseRad: number, share: number) => readonly [number, number],
  palette: Palette,
): void {
  if (points.length === 0) return;
  let [sine, cosine] = [0, 0];
  for (const { phaseRad } of points) {
    sine += Math.sin(phaseRad);
    cosine += Math.cos(phaseRad);
  }
  const [x, y] = place(Math.atan2(sine, cosine), Math.hypot(sine, cosine) / points.length);
  context.strokeStyle = palette.beat;
  context.beginPath();
  context.moveTo(centre, centre);
  context.lineTo(x, y);
  context.stroke();
}

/** Names outside of the ring; of many in one place it says how many. */
function drawNames(
  context: CanvasRenderingContext2D,
  centre: number,
  points: readonly PhasePoint[],
  { radius, widthMax }: LabelRoom,
  palette: Palette,
): void {
  context.fillStyle = palette.text;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { phaseRad, text } of labelsOf(points)) {
    const { x, y } = labelAt(phaseRad, radius, Math.min(context.measureText(text).width, widthMax));
    context.fillText(text, centre + x, centre + y, widthMax);
  }
}
