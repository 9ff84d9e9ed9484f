/**
 * The way to the server that takes a swarm's commands, gone anew for each connection, so that a failover is followed: the
 * URL's own server, the primary that a Sentinel names, or the node of a Cluster that has the swarm's slot.
 *
 * Those that are asked for the way are asked one after the other from one chosen by chance, each for a part of the time, so that
 * one that is silent cannot stand in the way for good. Whoever is found is still checked by its caller for its part in
 * replication: the way may have been told by one who does not know better yet.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";
import { placeText, type Endpoint, type Place, type Route } from "./endpoint.ts";
import { unavailable } from "./failures.ts";
import { openLink, type Link } from "./link.ts";

/** Who is to be reached, and how. */
export interface PrimaryRequest {
  readonly endpoint: Endpoint;
  /** A key of the swarm: they all have one slot. */
  readonly key: string;
  readonly timers: Timers;
  readonly random: Random;
  /** Shown in CLIENT LIST. */
  readonly name: string;
  /** For the whole way, ms. */
  readonly openTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Redirections that are followed from one node of a Cluster: more are a circle. */
const hopsMax = 5;
/** Who is asked for the way may take this part of the time. */
const askingShare = 1 / 4;

/**
 * Connects to the primary and signs in.
 * @throws EntrainError `store-unavailable` or `invalid-config` in one sentence, or the signal's reason.
 */
export async function openPrimary(request: PrimaryRequest): Promise<Link> {
  const { endpoint, timers, openTimeoutMs, signal } = request;
  const { route } = endpoint;
  if (route.kind === "direct") return openLink(request);
  const late = new AbortController();
  const callOff = timers.after(openTimeoutMs, () => {
    late.abort(unavailable(`the primary of ${endpoint.address} was not reached within ${openTimeoutMs} ms`));
  });
  const bounded = { ...request, signal: AbortSignal.any([signal, late.signal]) };
  try {
    return await (route.kind === "sentinels" ? openNamed(bounded, route) : openOwner(bounded, route));
  } finally {
    callOff();
  }
}

async function openNamed(request: PrimaryRequest, route: Route & { kind: "sentinels" }): Promise<Link> {
  const { group, options, translate } = route;
  const place = await firstOf(request, route.seeds, async (seed, timeoutMs) => {
    const address = `${placeText(seed)} (a Sentinel)`;
    const endpoint = { address, options: { ...options, ...seed } };
    const link = await openLink({ ...request, endpoint, openTimeoutMs: timeoutMs });
    try {
      const reply = await link.send("SENTINEL", ["GET-MASTER-ADDR-BY-NAME", group], timeoutMs);
      if (reply === null) throw unknownGroup(group, address);
      const [host, port] = reply as readonly [string, string];
      return { host, port: Number(port) };
    } finally {
      link.end(unavailable("the Sentinel has answered"));
    }
  });
  return openPlace(request, translate(place), request.openTimeoutMs);
}

function openOwner(request: PrimaryRequest, { seeds, translate }: Route & { kind: "cluster" }): Promise<Link> {
  return firstOf(request, seeds, async (seed, timeoutMs) => {
    let place = seed;
    for (let hop = 0; hop < hopsMax; hop++) {
      const link = await openPlace(request, place, timeoutMs);
      try {
        const elsewhere = await link.locate(request.key, timeoutMs);
        if (elsewhere === undefined) return link;
        place = translate(elsewhere);
      } catch (thrown) {
        link.end(EntrainError.from(thrown));
        throw thrown;
      }
      link.end(unavailable("the swarm's slot is elsewhere"));
    }
    throw unavailable(`the nodes of ${request.endpoint.address} send each other's callers in a circle`);
  });
}

function openPlace(request: PrimaryRequest, place: Place, openTimeoutMs: number): Promise<Link> {
  const { address, options } = request.endpoint;
  const endpoint = { address: `${placeText(place)} (${address})`, options: { ...options, ...place } };
  return openLink({ ...request, endpoint, openTimeoutMs });
}

/** The first answer of `ask`; where nobody gives one, the failure that a person must correct, else the last. */
async function firstOf<Answer>(
  { random, openTimeoutMs, signal }: PrimaryRequest,
  seeds: readonly Place[],
  ask: (seed: Place, timeoutMs: number) => Promise<Answer>,
): Promise<Answer> {
  const timeoutMs = Math.ceil(openTimeoutMs * askingShare);
  let failure: EntrainError | undefined;
  const start = random.int(seeds.length);
  for (const seed of [...seeds.slice(start), ...seeds.slice(0, start)]) {
    try {
      return await ask(seed, timeoutMs);
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      if (signal.aborted) throw error;
      if (failure === undefined || failure.retryable) failure = error;
    }
  }
  throw failure ?? unavailable("nobody could be asked");
}

function unknownGroup(group: string, address: string): EntrainError {
  const message = `Redis at ${address} knows no group "${group}": correct its name`;
  return new EntrainError("invalid-config", message, { field: "redis" });
}
