/** One process's share of the shared context, as a test or a soak has it: a store, a desk, and a follower that is under way. */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import type { ContextNews, SharedDocument } from "@entrain/core/context";
import { createDocumentRules } from "@entrain/documents";
import { compilePolicy } from "@entrain/reasoners";
import type { RedisStore } from "@entrain/redis";
import type { ContextDesk } from "@entrain/ports";
import { ContextFollower, createContextDesk } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { realTimers, type LabSwarm } from "@entrain/testkit/store-lab";

/** What takes part in a swarm's context. */
export interface ContextParty {
  readonly store: RedisStore;
  readonly desk: ContextDesk;
  readonly follower: ContextFollower;
}

/** Joins a swarm; resolves after the follower's first look. `listener` hears all news, that look's included. */
export async function joinContext(
  swarm: LabSwarm<RedisStore>,
  listener: (news: ContextNews) => void,
  initial?: SharedDocument,
): Promise<ContextParty> {
  const store = await swarm.client();
  const desk = createContextDesk({
    store: store.context,
    rules: createDocumentRules({ compile: compilePolicy }),
    timers: realTimers,
    random: createRandom(randomUUID()),
  });
  const follower = new ContextFollower({
    store: store.context,
    health: store.health,
    timers: realTimers,
    events: () => undefined,
    ...(initial === undefined ? {} : { initial }),
    seed: randomUUID(),
  });
  follower.watch(listener);
  follower.start();
  await waitFor("the first look", () => follower.current() !== undefined);
  return { store, desk, follower };
}
