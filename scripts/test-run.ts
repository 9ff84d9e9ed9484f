/**
 * Runs test files with node:test, each in its own process, and collects what happened.
 *
 * Counted are tests that do something: a suite is not counted, nor is the wrapper that node:test puts around a
 * file, except where the file itself fails (it threw outside any test, hung, or exited). A file that passes
 * without having run a test has failed: else a wrong name or an early exit would look like success.
 */
import path from "node:path";
import { run, type EventData } from "node:test";
import { inspect } from "node:util";

export interface Failure {
  /** Suite and test names, outermost first. */
  readonly name: string;
  /** Relative to the root; with the line where it is known. */
  readonly where: string;
  readonly error: string;
  /** What the file wrote, its last lines. */
  readonly output: string;
}

export interface RunResult {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: Failure[];
}

export interface RunOptions {
  readonly root: string;
  readonly files: readonly string[];
  readonly concurrency: number;
  readonly fileTimeoutMs: number;
  readonly namePattern: RegExp | undefined;
  readonly signal: AbortSignal;
  readonly onFailure: (failure: Failure) => void;
}

const OUTPUT_LINES_KEPT = 60;

/** Tests report their end innermost first; their starts, outermost first, give each one its full name. */
class FileProgress {
  readonly #names: string[] = [];
  readonly #output: string[] = [];
  testsSeen = 0;

  started(name: string, nesting: number): void {
    this.#names.length = nesting;
    this.#names[nesting] = name;
  }

  fullName(name: string, nesting: number): string {
    return [...this.#names.slice(0, nesting), name].join(" > ");
  }

  wrote(message: string): void {
    this.#output.push(...message.split("\n"));
    this.#output.splice(0, this.#output.length - OUTPUT_LINES_KEPT);
  }

  output(): string {
    return this.#output.join("\n").trim();
  }
}

export async function runTests(options: RunOptions): Promise<RunResult> {
  const result: RunResult = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const progressOf = new Map<string, FileProgress>();
  const progress = (file: string | undefined): FileProgress => {
    const key = file ?? "";
    const known = progressOf.get(key) ?? new FileProgress();
    progressOf.set(key, known);
    return known;
  };
  const relative = (file: string | undefined) => (file === undefined ? "?" : path.relative(options.root, file));
  const fail = (failure: Failure) => {
    result.failed += 1;
    result.failures.push(failure);
    options.onFailure(failure);
  };

  const stream = run({
    files: [...options.files],
    concurrency: options.concurrency,
    timeout: options.fileTimeoutMs,
    signal: options.signal,
    cwd: options.root,
    ...(options.namePattern === undefined ? {} : { testNamePatterns: [options.namePattern] }),
  });

  stream.on("test:start", (event) => progress(event.file).started(event.name, event.nesting));
  stream.on("test:stdout", (event) => progress(event.file).wrote(event.message));
  stream.on("test:stderr", (event) => progress(event.file).wrote(event.message));
  stream.on("test:pass", (event) => {
    if (event.details.type === "suite") return;
    if (isFileWrapper(event)) return;
    progress(event.file).testsSeen += 1;
    if (isSkipped(event)) result.skipped += 1;
    else result.passed += 1;
  });
  stream.on("test:fail", (event) => {
    const file = progress(event.file);
    if (!isFileWrapper(event)) file.testsSeen += 1;
    if (isSkipped(event)) {
      result.skipped += 1;
      return;
    }
    // A suite or file that fails only because of its children says nothing new.
    if (failureType(event.details.error) === "subtestsFailed") return;
    fail({
      name: isFileWrapper(event) ? "the file itself" : file.fullName(event.name, event.nesting),
      where: `${relative(event.file)}${event.line === undefined || isFileWrapper(event) ? "" : `:${event.line}`}`,
      error: describe(event.details.error),
      output: file.output(),
    });
  });

  for await (const _event of stream) {
    // Draining the stream is what runs the tests.
  }
  if (options.namePattern === undefined && !options.signal.aborted) {
    for (const file of options.files) {
      const failedItself = result.failures.some((failure) => failure.where.startsWith(relative(file)));
      if (progress(file).testsSeen > 0 || failedItself) continue;
      fail({
        name: "the file itself",
        where: relative(file),
        error: "It ran no test.",
        output: progress(file).output(),
      });
    }
  }
  return result;
}

type Ended = EventData.TestPass | EventData.TestFail;

function isFileWrapper(event: Ended): boolean {
  return event.nesting === 0 && event.file !== undefined && path.resolve(event.name) === path.resolve(event.file);
}

function isSkipped(event: Ended): boolean {
  return (event.skip !== undefined && event.skip !== false) || (event.todo !== undefined && event.todo !== false);
}

/** Node's own word for why a test failed; its type declarations leave it out. */
function failureType(error: Error): unknown {
  return "failureType" in error ? error.failureType : undefined;
}

/** The cause is the test's own error; node:test's wrapper around it only repeats the message. */
function describe(error: Error): string {
  const cause = error.cause ?? error;
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : inspect(cause);
  const frames = (cause.stack ?? "").split("\n").filter((line) => !line.includes("node:internal"));
  return frames.join("\n").includes(cause.message) ? frames.join("\n") : [cause.message, ...frames].join("\n");
}
