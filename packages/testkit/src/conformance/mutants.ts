/** Breaks one command of an adapter at a time on purpose, and expects a case of the suites to notice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** One command broken in one place. */
export interface Mutant<Name extends string> {
  readonly name: Name;
  readonly what: string;
  readonly text: string;
  readonly instead: string;
  readonly caughtBy: ConformanceCase<StoreUnderTest>;
}

/** An adapter whose commands are texts. */
export interface Mutable<Name extends string> {
  /** The text of a command. */
  read(name: Name): string;
  /** Stores with another text for one command. */
  open(name: Name, text: string): Promise<{ swarm(): StoreUnderTest } & AsyncDisposable>;
}

/** Registers a test for each mutant. */
export function testMutants<Name extends string>(mutants: readonly Mutant<Name>[], adapter: Mutable<Name>): void {
  for (const { name, what, text, instead, caughtBy } of mutants)
    test(`the suite catches a ${name} that ${what}`, async () => {
      const intact = adapter.read(name);
      const broken = intact.replace(text, instead);
      assert.notEqual(broken, intact, "the text to be broken is not there any more");
      await using lab = await adapter.open(name, broken);
      await assert.rejects(caughtBy.run(lab.swarm()), { name: "AssertionError" });
    });
}
