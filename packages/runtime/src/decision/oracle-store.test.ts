/** The tests' store takes lost decisions back as a real one does: what is shown against it would otherwise show nothing. */
import { test } from "node:test";
import type { Timers } from "@entrain/ports";
import { reopeningCases } from "@entrain/testkit/conformance";
import { createSystemClock } from "../clock/system-clock.ts";
import { createOracleStore } from "./oracle-store.ts";

/** Unlike the system's, these keep a test alive that waits for nothing else. */
const timers: Timers = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

for (const one of reopeningCases)
  test(one.name, async () => {
    const store = createOracleStore(createSystemClock(), timers);
    await one.run({ client: () => Promise.resolve(store.connect(() => ({ thereMs: 0, backMs: 0 }))) });
  });
