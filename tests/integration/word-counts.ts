/** A job small enough to be checked and large enough to be shared: how often each word occurs in some texts. */

/** Word → how often. */
export type Counts = Readonly<Record<string, number>>;

/** The words of a text; those that are rare are left out, so that a result stays small. */
export function wordsOf(text: string): Counts {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[a-z]{4,12}/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].filter(([, count]) => count >= 3));
}

/** All of them together. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum = new Map<string, number>();
  for (const counts of all)
    for (const [word, count] of Object.entries(counts)) sum.set(word, (sum.get(word) ?? 0) + count);
  return Object.fromEntries(sum);
}

/** The words that occur most often; equal ones by name. */
export function mostFrequent(counts: Counts, most: number): readonly string[] {
  const ordered = Object.entries(counts).sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return ordered.slice(0, most).map(([word]) => word);
}
