/** The capability `text.words`: how often each word occurs in a text. Needs nothing and allows nothing: safe to offer always. */

/** JSON Schema of the input. */
export const wordsInput = { type: "string", maxLength: 200_000 } as const;

/** Word (lower case, letters and digits of any script) → how often; the thousand most frequent ones. */
export function countWords(text: string): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ordered = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return Object.fromEntries(ordered.slice(0, 1_000));
}
