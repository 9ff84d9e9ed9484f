/** Closes one thing after the other; one that fails does not keep the rest open. */

/** Runs every step, in order; throws the first failure at the end. */
export async function closeInOrder(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps)
    try {
      await step();
    } catch (thrown) {
      failures.push(thrown);
    }
  if (failures.length > 0) throw failures[0];
}
