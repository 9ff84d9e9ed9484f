/**
 * Names that begin with `ENTRAIN_` and mean nothing: most likely a typing error, and a setting that silently does not apply.
 * Exempt is what Kubernetes injects for services whose name begins with `entrain`.
 */

/** Set by Kubernetes for a service in the namespace, whatever it is worth. */
const injectedName =
  /^ENTRAIN_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
/** The links of old: `ENTRAIN_CONSOLE_PORT=tcp://10.0.0.1:80`. The value tells them from a misspelt port. */
const injectedPort = /^(tcp|udp|sctp):\/\//;

/** True for a variable that Kubernetes sets, also where it has the name of one of ours (`ENTRAIN_GRPC_PORT`). */
export function isInjected(name: string, value: string): boolean {
  return injectedName.test(name) || (/^ENTRAIN_([A-Z0-9_]+_)?PORT$/.test(name) && injectedPort.test(value));
}

/** The known name that was probably meant; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toUpperCase(), candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best !== undefined && best.distance <= 3) return best.candidate;
  // `ENTRAIN_REDIS` for `ENTRAIN_REDIS_URL`.
  return known.find((candidate) => candidate.startsWith(`${name}_`) || name.startsWith(`${candidate}_`));
}

/** Letters to insert, remove, replace, or exchange with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1)
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
