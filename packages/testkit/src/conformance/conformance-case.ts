/**
 * Conformance suites: what every adapter of a port must do, as named cases that take the thing under test. A suite is run by
 * the test file of an adapter; a single case can be run against a deliberately broken adapter to see it fail.
 */
import { suite, test } from "node:test";

/** One thing that every implementation does. */
export interface ConformanceCase<Subject> {
  /** A sentence. */
  readonly name: string;
  /** Rejects with an AssertionError where the subject does otherwise. */
  run(subject: Subject): Promise<void>;
}

/** Registers each case as a node:test test with a fresh subject of its own. */
export function registerCases<Subject extends AsyncDisposable>(
  title: string,
  cases: readonly ConformanceCase<Subject>[],
  open: () => Promise<Subject>,
): void {
  suite(title, () => {
    for (const one of cases)
      test(one.name, async () => {
        await using subject = await open();
        await one.run(subject);
      });
  });
}

/** The case of that name. @throws Error where there is none. */
export function caseNamed<Subject>(cases: readonly ConformanceCase<Subject>[], name: string): ConformanceCase<Subject> {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no conformance case is named "${name}"`);
  return found;
}
