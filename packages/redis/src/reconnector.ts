/**
 * Keeps one session alive: opens it, and after its end opens another, forever, with growing, jittered pauses.
 *
 * Phases: idle → opening → up → waiting → opening …, and closed from anywhere. A session belongs to the phase `up` and to no
 * other.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import type { Clock, Timers } from "@entrain/ports";
import { unavailable } from "./failures.ts";

/** What is kept alive. */
export interface Session {
  /** Resolves with the reason for which the session is over. */
  readonly ended: Promise<EntrainError>;
  end(cause: EntrainError): void;
}

/** What to do when. */
export interface ReconnectorOptions<S extends Session> {
  /** Opens a session in bounded time; ends the attempt when the signal aborts. */
  readonly open: (signal: AbortSignal) => Promise<S>;
  readonly onUp: (session: S) => void;
  readonly onDown: (cause: EntrainError) => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

/** Keeps a session. */
export interface Reconnector<S extends Session> {
  /** Resolves when a session is up; rejects with the failure of the attempt under way, but goes on trying until `close`. */
  connect(): Promise<void>;
  session(): S | undefined;
  /** Ends the session or the attempt; resolves when nothing is left. */
  close(): Promise<void>;
}

/** First and longest pause before an attempt, ms; the actual one is 50 to 100 % of it. */
const pauseMinMs = 50;
const pauseMaxMs = 1_000;
/** A session that lived this long was sound: the next pause is short again, ms. */
const soundLifeMs = 5_000;

type Phase<S> =
  | { readonly kind: "idle" }
  | { readonly kind: "opening"; readonly attempt: Promise<void>; readonly abort: AbortController }
  | { readonly kind: "up"; readonly session: S; readonly sinceMs: number }
  | { readonly kind: "waiting"; readonly callOff: () => void }
  | { readonly kind: "closed" };

/** A keeper of one session; does nothing before `connect`. */
export function createReconnector<S extends Session>(options: ReconnectorOptions<S>): Reconnector<S> {
  const { open, onUp, onDown, clock, timers, random } = options;
  let phase: Phase<S> = { kind: "idle" };
  let failures = 0;
  // Read through a function where an await or a callback may have changed it.
  const present = (): Phase<S> => phase;

  function attempt(): Promise<void> {
    const abort = new AbortController();
    const attempt = open(abort.signal).then(opened, (thrown: unknown) => {
      if (present().kind !== "closed") waitAndTryAgain();
      throw EntrainError.from(thrown);
    });
    phase = { kind: "opening", attempt, abort };
    return attempt;
  }

  function opened(session: S): void {
    if (present().kind === "closed") {
      session.end(unavailable("the store was closed"));
      return;
    }
    phase = { kind: "up", session, sinceMs: clock.monoMs() };
    void session.ended.then((cause) => {
      const last = present();
      if (last.kind !== "up") return;
      if (clock.monoMs() - last.sinceMs >= soundLifeMs) failures = 0;
      waitAndTryAgain();
      onDown(cause);
    });
    onUp(session);
  }

  function waitAndTryAgain(): void {
    const pauseMs = Math.min(pauseMaxMs, pauseMinMs * 2 ** Math.min(failures, 10)) * (0.5 + random.next() / 2);
    failures += 1;
    const callOff = timers.after(pauseMs, () => {
      attempt().catch(() => undefined);
    });
    phase = { kind: "waiting", callOff };
  }

  return {
    async connect() {
      switch (phase.kind) {
        case "up":
          return;
        case "opening":
          return phase.attempt;
        case "closed":
          throw unavailable("the store was closed");
        case "waiting":
          phase.callOff();
          return attempt();
        case "idle":
          return attempt();
      }
    },
    session: () => (phase.kind === "up" ? phase.session : undefined),
    async close() {
      const last = phase;
      phase = { kind: "closed" };
      const cause = unavailable("the store was closed");
      switch (last.kind) {
        case "opening":
          last.abort.abort();
          await last.attempt.catch(() => undefined);
          return;
        case "up":
          last.session.end(cause);
          onDown(cause);
          return;
        case "waiting":
          last.callOff();
          return;
        case "idle":
        case "closed":
          return;
      }
    },
  };
}
