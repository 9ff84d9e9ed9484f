/** The console's event stream, collected as a program outside would (WHATWG HTML, "Server-sent events"). */

/** One event. */
export interface StreamedEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Events from the moment on at which this resolves, in their order; disposing of it ends the stream. */
export async function collectEvents(
  url: string,
  types: readonly string[],
): Promise<{ readonly events: readonly StreamedEvent[] } & Disposable> {
  const ended = new AbortController();
  const response = await fetch(new URL(`/api/v1/events?types=${types.join(",")}`, url), { signal: ended.signal });
  if (response.status !== 200 || response.body === null) throw new Error(`the stream answered ${response.status}`);
  const events: StreamedEvent[] = [];
  void read(response.body, events).catch((thrown: unknown) => {
    if (!ended.signal.aborted) throw thrown;
  });
  return { events, [Symbol.dispose]: () => ended.abort() };
}

async function read(body: ReadableStream<Uint8Array>, events: StreamedEvent[]): Promise<void> {
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [type, data] = [field("event"), field("data")];
      if (type !== undefined && data !== undefined)
        events.push({ type, data: JSON.parse(data) as StreamedEvent["data"] });
    }
  }
}
