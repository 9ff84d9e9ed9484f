/**
 * Names that begin with `ENTRAIN_` and mean nothing: most likely a typing error, and a setting that silently does not apply.
 * Exempt is what Kubernetes injects for services whose name begins with `entrain`.
 */
import { nearestName } from "@entrain/kernel";

const prefix = "ENTRAIN_";
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
export function nearestVariable(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toUpperCase().slice(prefix.length);
  const near = nearestName(
    wanted,
    known.map((candidate) => candidate.slice(prefix.length)),
  );
  if (near !== undefined) return prefix + near;
  // `ENTRAIN_REDIS` for `ENTRAIN_REDIS_URL`.
  return known.find((candidate) => candidate.startsWith(`${name}_`) || name.startsWith(`${candidate}_`));
}
