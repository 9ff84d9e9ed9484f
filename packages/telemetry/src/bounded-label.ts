/**
 * Keeps a label's values from growing without bound: every distinct value is a time series for the life of the process,
 * so the first few stand for themselves and all later ones are counted together.
 */

/** The value under which everything beyond the bound is counted. */
const otherLabel = "other";

/** Values longer than this are no label. */
const lengthMax = 64;

/** Turns a text into a label value: itself for the first `distinctMax` texts, then "other". */
function createBoundedLabel(distinctMax = 32): (text: string) => string {
  const known = new Set<string>();
  return (text) => {
    if (known.has(text)) return text;
    if (known.size >= distinctMax || text.length > lengthMax) return otherLabel;
    known.add(text);
    return text;
  };
}

/** The labels whose texts come from outside. */
export type BoundedLabelName =
  | "batcher"
  | "capability"
  | "cause"
  | "code"
  | "effect"
  | "group"
  | "job"
  | "listener"
  | "outcome"
  | "pattern"
  | "rate"
  | "reasoner"
  | "route"
  | "rule"
  | "source"
  | "watch"
  | "what";

/** The same for each of those labels by itself. */
export function createBoundedLabels(): (label: BoundedLabelName, text: string) => string {
  const bounds = new Map<BoundedLabelName, (text: string) => string>();
  return (label, text) => {
    const bound = bounds.get(label) ?? createBoundedLabel();
    bounds.set(label, bound);
    return bound(text);
  };
}
