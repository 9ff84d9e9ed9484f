/**
 * Many pulse-coupled agents fast, event by event, as plain arrays: an agent fires, its pulse takes the network's time, and
 * every listener that it reaches moves (the core's pulse-coupling, answered pulse by pulse; Mirollo and Strogatz 1990,
 * with the delay taken out as on the real transport). An event is a beat or a pulse's arrival at one listener.
 *
 * All pulses take the same time, so they arrive in the order in which they were sent: a ring holds them, and the heap
 * only the agents' next beats. Order of events at one instant: arrivals first, then beats by index.
 *
 * Memory per agent: 8 B next beat, 8 B heap, 8 B period, 12 B pulse under way, 4 B per listener: 116 B at 20 listeners.
 */
import { EntrainError } from "@entrain/kernel";
import { wrapCycles } from "@entrain/core/rhythm";
import { IndexedHeap } from "./indexed-heap.ts";

/** A swarm of pulse-coupled agents. */
export interface PulseKernel {
  readonly bytesPerAgent: number;
  /** The simulated instant, ns. */
  readonly nowNs: number;
  /** Lets time pass; answers the number of events. */
  runUntil(ns: number): number;
  /** Each agent's phase now, cycles; below 0 for one that was moved back over its last beat. */
  phasesCycles(): Float64Array;
  /** Order parameter R. */
  coherence(): number;
}

/** What a kernel starts from. */
export interface PulseKernelOptions {
  /** In [0, 1), cycles. */
  readonly phasesCycles: Float64Array;
  readonly periodsNs: Float64Array;
  /** `degree` listeners of each agent, one agent after the other. */
  readonly listeners: Uint32Array;
  readonly degree: number;
  /** How much of the way to all that it hears in a cycle an agent goes (the core's pulse-coupling: 0.8). */
  readonly amplitude: number;
  /** From a beat to its pulse's arrival, ns, less than any period. */
  readonly delayNs: number;
}

/** A kernel at the instant 0. @throws EntrainError `invalid-argument` where the options do not fit together. */
export function createPulseKernel(options: PulseKernelOptions): PulseKernel {
  return new Kernel(checked(options));
}

class Kernel implements PulseKernel {
  readonly #options: PulseKernelOptions;
  readonly #beats: IndexedHeap;
  /** Pulses under way, a ring: one for each agent are enough unless pulses drive somebody to a beat within the delay. */
  #pulseAtNs: Float64Array;
  #pulseOf: Uint32Array;
  #firstPulse = 0;
  #pulses = 0;
  #nowNs = 0;

  constructor(options: PulseKernelOptions) {
    this.#options = options;
    const { phasesCycles, periodsNs } = options;
    this.#beats = new IndexedHeap(phasesCycles.map((phase, agent) => (1 - phase) * (periodsNs[agent] ?? 0)));
    this.#pulseAtNs = new Float64Array(phasesCycles.length);
    this.#pulseOf = new Uint32Array(phasesCycles.length);
  }

  get nowNs(): number {
    return this.#nowNs;
  }

  get bytesPerAgent(): number {
    const { periodsNs, listeners } = this.#options;
    const ring = this.#pulseAtNs.byteLength + this.#pulseOf.byteLength;
    return (this.#beats.byteLength + periodsNs.byteLength + listeners.byteLength + ring) / periodsNs.length;
  }

  runUntil(ns: number): number {
    let events = 0;
    for (;;) {
      const next = this.#beats.top() ?? 0;
      const beatNs = this.#beats.instants[next] ?? Infinity;
      const arrivalNs = this.#pulses === 0 ? Infinity : (this.#pulseAtNs[this.#firstPulse] ?? Infinity);
      if (Math.min(arrivalNs, beatNs) > ns) break;
      if (arrivalNs <= beatNs) events += this.#arrive(arrivalNs);
      else events += this.#fire(next, beatNs);
    }
    this.#nowNs = Math.max(this.#nowNs, ns);
    return events;
  }

  phasesCycles(): Float64Array {
    const { periodsNs } = this.#options;
    return periodsNs.map((periodNs, agent) => 1 - ((this.#beats.instants[agent] ?? 0) - this.#nowNs) / periodNs);
  }

  coherence(): number {
    const angles = this.phasesCycles().map((phase) => 2 * Math.PI * phase);
    const sine = angles.reduce((sum, angle) => sum + Math.sin(angle), 0);
    const cosine = angles.reduce((sum, angle) => sum + Math.cos(angle), 0);
    return Math.hypot(sine, cosine) / angles.length;
  }

  #fire(agent: number, atNs: number): number {
    const { periodsNs, delayNs } = this.#options;
    this.#nowNs = atNs;
    if (this.#pulses === this.#pulseOf.length) this.#widen();
    const ring = this.#pulseOf.length;
    let place = this.#firstPulse + this.#pulses++;
    if (place >= ring) place -= ring;
    this.#pulseAtNs[place] = atNs + delayNs;
    this.#pulseOf[place] = agent;
    this.#beats.move(agent, atNs + (periodsNs[agent] ?? 0));
    return 1;
  }

  /** Twice the ring, with the pulses from its beginning on. */
  #widen(): void {
    const turned = <Values extends Float64Array | Uint32Array>(from: Values, to: Values): Values => {
      to.set(from.subarray(this.#firstPulse));
      to.set(from.subarray(0, this.#firstPulse), from.length - this.#firstPulse);
      return to;
    };
    const size = 2 * this.#pulseOf.length;
    this.#pulseAtNs = turned(this.#pulseAtNs, new Float64Array(size));
    this.#pulseOf = turned(this.#pulseOf, new Uint32Array(size));
    this.#firstPulse = 0;
  }

  #arrive(atNs: number): number {
    const { periodsNs, listeners, degree, amplitude, delayNs } = this.#options;
    const { instants } = this.#beats;
    const sender = this.#pulseOf[this.#firstPulse] ?? 0;
    this.#nowNs = atNs;
    if (++this.#firstPulse === this.#pulseOf.length) this.#firstPulse = 0;
    this.#pulses--;
    const gain = amplitude / degree;
    const aheadCycles = delayNs / (periodsNs[sender] ?? 1);
    for (let edge = sender * degree; edge < (sender + 1) * degree; edge++) {
      const listener = listeners[edge] ?? 0;
      const periodNs = periodsNs[listener] ?? 1;
      const beatNs = instants[listener] ?? 0;
      const phase = 1 - (beatNs - atNs) / periodNs;
      const moved = beatNs - gain * wrapCycles(aheadCycles - phase) * periodNs;
      // Who was moved over its beat fires now: time does not run back.
      this.#beats.move(listener, moved < atNs ? atNs : moved);
    }
    return degree;
  }
}

function checked(options: PulseKernelOptions): PulseKernelOptions {
  const { phasesCycles, periodsNs, listeners, degree, amplitude, delayNs } = options;
  const count = phasesCycles.length;
  const refuse = (field: string, value: unknown, remedy: string) => {
    throw EntrainError.invalid(field, value, remedy);
  };
  if (count === 0) refuse("phasesCycles.length", 0, "give at least one agent");
  if (periodsNs.length !== count) refuse("periodsNs.length", periodsNs.length, `give ${count} periods`);
  if (listeners.length !== count * degree)
    refuse("listeners.length", listeners.length, `give ${degree} listeners for each of ${count}`);
  const stranger = listeners.find((index) => index >= count);
  if (stranger !== undefined) refuse("listeners", stranger, `name agents from 0 to ${count - 1}`);
  if (!(amplitude > 0 && amplitude <= 1)) refuse("amplitude", amplitude, "give more than 0 and at most 1");
  const shortestNs = periodsNs.reduce((least, periodNs) => Math.min(least, periodNs), Infinity);
  if (!(shortestNs > 0)) refuse("periodsNs", shortestNs, "give periods above 0");
  if (!(delayNs >= 0 && delayNs < shortestNs / 4)) refuse("delayNs", delayNs, "give less than a quarter of a period");
  return options;
}
