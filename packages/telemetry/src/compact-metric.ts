/**
 * Counters, gauges and histograms for a registry of prom-client, in a tenth of the memory of prom-client's own: a process has
 * over a hundred families, of which it feeds a few, and a library's metrics are counted against every agent (ADR 17).
 *
 * A registry asks a metric for its name, `get` and `reset`, and no more. A metric without series holds four fields; what is
 * kept of a series is its key and a number, or for a histogram one array. A few series are a chain, for a Map takes as much as
 * four of them before it holds anything. A family without labels is one series. Label values are text; those of a series are in
 * the order of the family's label names, here and where they are shown.
 *
 * A counter and a histogram without labels are shown as 0 before the first event; a gauge is not shown before it was told.
 */
import { EntrainError } from "@entrain/kernel";

/** One value for each label. */
export type MetricLabels<Label extends string> = Readonly<Record<Label, string | number>>;

/** One line of what is shown: a value with its labels, of a metric that may be named otherwise than its family. */
interface ShownValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** What a registry shows of a family. */
interface ShownFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: "sum";
  readonly values: readonly ShownValue[];
}

/** One series; in a chain with the others, as long as they are few. */
interface Kept<Series> {
  readonly key: string;
  series: Series;
  next: Kept<Series> | undefined;
}

/** Longest chain of series. */
const fewMax = 4;

/** Between the label values of a series, in its key; no label holds it. */
const separator = "\u0000";

abstract class CompactMetric<Label extends string, Series> {
  abstract readonly type: "counter" | "gauge" | "histogram";
  /** Not readonly: in an OpenMetrics registry prom-client takes the `_total` off. */
  name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  /** By label values; the one series of a family without labels has an empty key. */
  #all: Map<string, Kept<Series>> | Kept<Series> | undefined;

  constructor(name: string, help: string, labelNames: readonly Label[]) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
  }

  protected abstract blank(): Series;

  protected abstract show(series: Series, labels: ShownValue["labels"]): readonly ShownValue[];

  /** What a family without labels shows before the first event. */
  protected beginning(): Series | undefined {
    return this.blank();
  }

  /** For the registry. */
  get(): Promise<ShownFamily> {
    const { name, help, type } = this;
    const values = [...this.#kept()].flatMap(({ key, series }) => this.show(series, this.#labelsOf(key)));
    const beginning = this.#all === undefined && this.labelNames.length === 0 ? this.beginning() : undefined;
    if (beginning !== undefined) values.push(...this.show(beginning, {}));
    return Promise.resolve({ name, help, type, aggregator: "sum", values });
  }

  /** Forgets all. */
  reset(): void {
    this.#all = undefined;
  }

  /** Forgets the series with these label values, in the order of the label names. */
  remove(...values: readonly string[]): void {
    const gone = values.join(separator);
    if (this.#all instanceof Map) {
      this.#all.delete(gone);
      return;
    }
    const others = [...this.#kept()].filter(({ key }) => key !== gone);
    this.#all = others[0];
    for (const [index, kept] of others.entries()) kept.next = others[index + 1];
  }

  protected update(labels: MetricLabels<Label> | undefined, change: (series: Series) => Series): void {
    const key = labels === undefined ? "" : this.labelNames.map((label) => labels[label]).join(separator);
    const kept = this.#find(key) ?? this.#add({ key, series: this.blank(), next: undefined });
    kept.series = change(kept.series);
  }

  #find(key: string): Kept<Series> | undefined {
    if (this.#all instanceof Map) return this.#all.get(key);
    let kept = this.#all;
    while (kept !== undefined && kept.key !== key) kept = kept.next;
    return kept;
  }

  #add(added: Kept<Series>): Kept<Series> {
    if (this.#all instanceof Map) {
      this.#all.set(added.key, added);
      return added;
    }
    const others = [...this.#kept()];
    const last = others.at(-1);
    if (last === undefined) this.#all = added;
    else if (others.length < fewMax) last.next = added;
    else this.#all = unchained([...others, added]);
    return added;
  }

  *#kept(): Iterable<Kept<Series>> {
    if (this.#all instanceof Map) yield* this.#all.values();
    else for (let kept = this.#all; kept !== undefined; kept = kept.next) yield kept;
  }

  #labelsOf(key: string): ShownValue["labels"] {
    if (this.labelNames.length === 0) return {};
    const values = key.split(separator);
    return Object.fromEntries(this.labelNames.map((label, index) => [label, values[index] ?? ""]));
  }
}

function unchained<Series>(all: readonly Kept<Series>[]): Map<string, Kept<Series>> {
  for (const kept of all) kept.next = undefined;
  return new Map(all.map((kept) => [kept.key, kept]));
}

/** A count that only grows. */
export class CompactCounter<Label extends string = never> extends CompactMetric<Label, number> {
  get type(): "counter" {
    return "counter";
  }

  /** Counts `by` more (default 1). @throws EntrainError `invalid-argument` where that is no amount. */
  inc(by?: number): void;
  inc(labels: MetricLabels<Label>, by?: number): void;
  inc(first: MetricLabels<Label> | number = 1, by = 1): void {
    const [labels, amount] = typeof first === "number" ? [undefined, first] : [first, by];
    if (!(amount >= 0 && amount < Infinity))
      throw EntrainError.invalid(this.name, amount, "count up by a finite number");
    this.update(labels, (count) => count + amount);
  }

  protected blank(): number {
    return 0;
  }

  protected show(value: number, labels: ShownValue["labels"]): readonly ShownValue[] {
    return [{ value, labels }];
  }
}

/** A value as it was told last; NaN: not known any more. */
export class CompactGauge<Label extends string = never> extends CompactMetric<Label, number> {
  get type(): "gauge" {
    return "gauge";
  }

  set(value: number): void;
  set(labels: MetricLabels<Label>, value: number): void;
  set(first: MetricLabels<Label> | number, value = Number.NaN): void {
    if (typeof first === "number") this.update(undefined, () => first);
    else this.update(first, () => value);
  }

  protected blank(): number {
    return Number.NaN;
  }

  protected override beginning(): undefined {
    return undefined;
  }

  protected show(value: number, labels: ShownValue["labels"]): readonly ShownValue[] {
    return [{ value, labels }];
  }
}

/** Values by the bucket that they fall into: the count of each bucket, of what is over the last, and the sum of all. */
export class CompactHistogram<Label extends string = never> extends CompactMetric<Label, number[]> {
  readonly #buckets: readonly number[];

  /** `buckets`: upper bounds, ascending; kept as they are. */
  constructor(name: string, help: string, buckets: readonly number[], labelNames: readonly Label[]) {
    super(name, help, labelNames);
    this.#buckets = buckets;
  }

  get type(): "histogram" {
    return "histogram";
  }

  /** Takes a value in. @throws EntrainError `invalid-argument` for one that is not finite. */
  observe(value: number): void;
  observe(labels: MetricLabels<Label>, value: number): void;
  observe(first: MetricLabels<Label> | number, second = Number.NaN): void {
    const [labels, value] = typeof first === "number" ? [undefined, first] : [first, second];
    if (!Number.isFinite(value)) throw EntrainError.invalid(this.name, value, "observe a finite number");
    const bucket = this.#buckets.findIndex((bound) => value <= bound);
    const at = bucket < 0 ? this.#buckets.length : bucket;
    this.update(labels, (counts) => {
      counts[at] = (counts[at] ?? 0) + 1;
      counts[counts.length - 1] = (counts.at(-1) ?? 0) + value;
      return counts;
    });
  }

  protected blank(): number[] {
    return new Array<number>(this.#buckets.length + 2).fill(0);
  }

  protected show(counts: number[], labels: ShownValue["labels"]): readonly ShownValue[] {
    let count = 0;
    const upTo = [...this.#buckets, "+Inf"].map((le, at) => {
      count += counts[at] ?? 0;
      return { value: count, labels: { le, ...labels }, metricName: `${this.name}_bucket` };
    });
    const sum = { value: counts.at(-1) ?? 0, labels, metricName: `${this.name}_sum` };
    return [...upTo, sum, { value: count, labels, metricName: `${this.name}_count` }];
  }
}
