/**
 * Lines of a stream of bytes, one at a time, each of bounded length: a file without line breaks, or of any size, needs no
 * more memory than one line. What is too long is told and passed over.
 */

/** One line without its break; `text` is undefined where it was longer than allowed. */
export interface BoundedLine {
  /** 1, 2, 3 … */
  readonly line: number;
  readonly text: string | undefined;
}

const newline = 0x0a;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Splits at LF or CR LF; a byte-order mark at the start is left out. */
export async function* boundedLines(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<BoundedLine, void, undefined> {
  let line = 0;
  let parts: Uint8Array[] = [];
  let bytes = 0;

  function add(part: Uint8Array): void {
    bytes += part.length;
    // Of a line that is too long nothing is kept but its length.
    if (bytes > bytesMax) parts = [];
    else if (part.length > 0) parts.push(part);
  }

  function take(): BoundedLine {
    line += 1;
    const text = bytes > bytesMax ? undefined : decodeLine(parts, line === 1);
    parts = [];
    bytes = 0;
    return { line, text };
  }

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (bytes > 0) yield take();
}

function decodeLine(parts: readonly Uint8Array[], first: boolean): string {
  const text = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts)).replace(/\r$/, "");
  return first ? text.replace(/^\uFEFF/, "") : text;
}
