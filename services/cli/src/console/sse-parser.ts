/**
 * The text of a server-sent event stream, cut into events: WHATWG HTML, section 9.2.6. Push parser: give it chunks of
 * text as they come.
 */

/** One event of the stream. */
export interface SseEvent {
  /** The event's type; "message" where the stream names none. */
  readonly type: string;
  readonly data: string;
  /** The last id seen, "" where there was none. */
  readonly lastId: string;
}

/** An event may be that long, characters; a longer one is cut off. */
const pendingMax = 1_000_000;

/** A parser that hands every complete event to `onEvent`. */
export function createSseParser(onEvent: (event: SseEvent) => void): (chunk: string) => void {
  let pending = "";
  let afterReturn = false;
  let type = "";
  let data: string[] = [];
  let lastId = "";

  const field = (name: string, value: string): void => {
    if (name === "event") type = value;
    else if (name === "data") data.push(value);
    else if (name === "id" && !value.includes("\0")) lastId = value;
  };
  const line = (text: string): void => {
    if (text === "") {
      if (data.length > 0) onEvent({ type: type === "" ? "message" : type, data: data.join("\n"), lastId });
      type = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const name = colon === -1 ? text : text.slice(0, colon);
    const value = colon === -1 ? "" : text.slice(colon + 1);
    field(name, value.startsWith(" ") ? value.slice(1) : value);
  };

  return (chunk) => {
    // A line feed right after the carriage return that ended the last chunk belongs to it.
    pending += afterReturn && chunk.startsWith("\n") ? chunk.slice(1) : chunk;
    if (chunk !== "") afterReturn = chunk.endsWith("\r");
    const lines = pending.split(/\r\n|\n|\r/);
    pending = (lines.pop() ?? "").slice(-pendingMax);
    for (const text of lines) line(text);
  };
}
