/**
 * The one error of this package. The code says what the caller can do about it; the message is one sentence that can be
 * shown to a person as it is.
 */

/**
 * - `not-found`: no source had a usable server; install one.
 * - `start-failed`: a server was found but did not come up; its log tells why.
 * - `command-failed`: the server answered a command with an error, or not at all.
 * - `aborted`: the caller's signal ended the work.
 */
export type RedisServerErrorCode = "not-found" | "start-failed" | "command-failed" | "aborted";

/** Thrown by everything in this package. */
export class RedisServerError extends Error {
  readonly code: RedisServerErrorCode;

  constructor(code: RedisServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RedisServerError";
    this.code = code;
  }

  /** Wraps whatever was thrown, keeping a RedisServerError as it is. */
  static from(thrown: unknown, code: RedisServerErrorCode): RedisServerError {
    if (thrown instanceof RedisServerError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new RedisServerError(code, message, { cause: thrown });
  }
}
