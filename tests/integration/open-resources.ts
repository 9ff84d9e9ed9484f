/** What keeps this process alive: the yardstick for "a stopped agent leaves nothing behind". */
import { waitFor } from "@entrain/testkit/conformance";

/** Sockets, servers, pipes and timers that hold the event loop, sorted; what is unref'd is not among them. */
export function openResources(): string[] {
  return process.getActiveResourcesInfo().sort();
}

/** Runs `work` and waits until the process holds no more than before it. */
export async function leavingNothingOpen(work: () => Promise<void>): Promise<void> {
  const before = openResources();
  await work();
  try {
    await waitFor("sockets and timers to be gone", () => openResources().length <= before.length, 3_000);
  } catch (thrown) {
    throw new Error(`left open: ${openResources().join(", ")}; before: ${before.join(", ")}`, { cause: thrown });
  }
}
