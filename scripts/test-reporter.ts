/**
 * The half of the test runner that lives in a test file's own process: writes what node:test reports to file
 * descriptor 3, one JSON line each (see TestLine), so that stdout and stderr stay the tests' own.
 *
 * Written synchronously: what was reported before a crash, an exit or a kill is known all the same.
 */
import { writeSync } from "node:fs";
import path from "node:path";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";
import { whenOrphaned } from "./when-orphaned.ts";

/** `ended` is the last line of a process that ran all its tests; without it the process stopped early. */
export type TestLine = Outcome | { readonly kind: "ended" };

/** How one test went; `file` is its file's absolute path where that is known. */
export type Outcome = { readonly file: string | undefined } & (
  | { readonly kind: "passed" }
  | { readonly kind: "skipped"; readonly reason: string | undefined }
  | { readonly kind: "failed"; readonly name: string; readonly line: number | undefined; readonly error: string }
);

const REPORT_FD = 3;

/** Starts come outermost first, ends innermost first: the starts give each end its full name. */
const openNames: string[] = [];

function lineFor(event: TestEvent): TestLine | undefined {
  switch (event.type) {
    case "test:start":
      openNames.length = event.data.nesting;
      openNames.push(event.data.name);
      return undefined;
    case "test:pass":
      // A suite that is skipped as a whole tells of none of its tests: it counts as one.
      if (isSetAside(event.data)) return skipped(event.data);
      // What node:test says of a file without tests is no test.
      if (path.resolve(event.data.name) === event.data.file) return undefined;
      return event.data.details.type === "suite" ? undefined : { kind: "passed", file: event.data.file };
    case "test:fail": {
      if (isSetAside(event.data)) return skipped(event.data);
      const { error } = event.data.details;
      // A suite or test that fails only because of what is inside it says nothing new.
      if ("failureType" in error && error.failureType === "subtestsFailed") return undefined;
      const name = [...openNames.slice(0, event.data.nesting), event.data.name].join(" > ");
      return { kind: "failed", file: event.data.file, name, line: event.data.line, error: describe(error) };
    }
    case "test:diagnostic":
      // What went wrong after its test had ended: node:test only remarks on it, and ends with exit code 1.
      if (!event.data.message.startsWith("Error: ")) return undefined;
      return {
        ...{ kind: "failed", file: event.data.file, line: undefined },
        ...{ name: "after a test had ended", error: event.data.message },
      };
    case "test:summary":
      return { kind: "ended" };
    default:
      return undefined;
  }
}

function isSetAside(data: { skip?: string | boolean; todo?: string | boolean }): boolean {
  return (data.skip ?? false) !== false || (data.todo ?? false) !== false;
}

function skipped({ skip, file }: { skip?: string | boolean; file?: string }): TestLine {
  return { kind: "skipped", file, reason: typeof skip === "string" && skip !== "" ? skip : undefined };
}

/** The cause is the test's own error; node:test's wrapper around it only repeats the message. */
function describe(error: Error): string {
  const cause = error.cause ?? error;
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : inspect(cause);
  const frames = (cause.stack ?? "").split("\n").filter((line) => !line.includes("node:internal"));
  const text = frames.join("\n");
  return text.includes(cause.message) ? text : `${cause.message}\n${text}`;
}

whenOrphaned(() => process.kill(process.pid, "SIGKILL"));

// eslint-disable-next-line no-restricted-syntax -- node loads a reporter by its default export
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const line = lineFor(event);
    if (line !== undefined) writeSync(REPORT_FD, `${JSON.stringify(line)}\n`);
    yield "";
  }
}
