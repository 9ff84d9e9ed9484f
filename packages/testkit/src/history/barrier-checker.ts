/**
 * Has a barrier kept what it promises (L2, S1)? Judged are the waits of parties that each come again and again, one wait after
 * the other, for as many as there are of them.
 *
 * A round has a token: nobody gets it twice, a party's tokens only grow, and nobody passes before all have come. A wait that
 * ended without a token may have been the coming of its party to one round: the answer was lost, or the arrival outlived it.
 */

/** One wait of one party. */
export interface BarrierWait {
  readonly party: string;
  /** Undefined: it ended without. */
  readonly token: number | undefined;
  /** Instants of a clock that all parties share. */
  readonly calledAt: number;
  readonly endedAt: number;
}

/** What is wrong with the waits at a barrier for `parties`, a sentence each. */
export function judgeBarrier(waits: readonly BarrierWait[], parties: readonly string[]): readonly string[] {
  const inOrder = [...waits].sort((a, b) => a.calledAt - b.calledAt);
  const rounds = Map.groupBy(
    inOrder.filter(({ token }) => token !== undefined),
    ({ token }) => token ?? 0,
  );
  const failed = inOrder.filter(({ token }) => token === undefined);
  const violations = parties.flatMap((party) => growthOf(inOrder.filter((wait) => wait.party === party)));
  for (const [token, passed] of [...rounds].sort(([a], [b]) => a - b)) {
    const openedBy = Math.min(...passed.map(({ endedAt }) => endedAt));
    for (const { party, calledAt } of passed)
      if (calledAt > openedBy) violations.push(`${party} came to round ${token} after it had opened`);
    for (const party of parties) {
      if (passed.some((wait) => wait.party === party)) continue;
      const came = failed.findIndex((wait) => wait.party === party && wait.calledAt <= openedBy);
      if (came < 0) violations.push(`round ${token} opened without ${party}`);
      else failed.splice(came, 1);
    }
  }
  return violations;
}

/** A party's tokens, one after the other. */
function growthOf(waits: readonly BarrierWait[]): string[] {
  const violations: string[] = [];
  let last = -Infinity;
  for (const { party, token } of waits) {
    if (token === undefined) continue;
    if (token <= last) violations.push(`${party} got ${token} after ${last}`);
    last = Math.max(last, token);
  }
  return violations;
}
