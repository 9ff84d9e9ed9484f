/**
 * Notices a connection that is open but dead (a paused server, dropped packets): TCP would take minutes. A probe goes out
 * every half of the longest silence; one that stays unanswered ends the connection.
 */
import { EntrainError } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";
import { unavailable } from "./failures.ts";
import type { Link } from "./link.ts";

/** Probes `link` until it ends. */
export function watchLink(options: {
  readonly link: Link;
  readonly timers: Timers;
  readonly silenceMs: number;
  /** Asks the server something; rejects with `deadline-exceeded` or `store-unavailable` where the link is of no more use. */
  readonly probe: (timeoutMs: number) => Promise<void>;
}): void {
  const { link, timers, silenceMs, probe } = options;
  let over = false;
  let callOff = timers.after(silenceMs / 2, turn);
  void link.ended.then(() => {
    over = true;
    callOff();
  });

  function turn(): void {
    probe(silenceMs).then(next, (thrown: unknown) => {
      const error = EntrainError.from(thrown);
      if (error.code === "deadline-exceeded")
        link.end(unavailable(`Redis at ${link.address} has not answered for ${silenceMs} ms`));
      else if (error.code === "store-unavailable") link.end(error);
      else next();
    });
  }

  function next(): void {
    if (!over) callOff = timers.after(silenceMs / 2, turn);
  }
}
