/** S1 on the bus: what a store has lost of it fools neither consumers nor publishers, and what it has kept goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "ioredis";
import { busGroup, effectList, publicationOf, type HeldMessage } from "@entrain/core/bus";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab } from "@entrain/testkit/store-lab";
import { storeKeys } from "./keys.ts";
import { assembleRedisStore, type RedisStore } from "./redis-store.ts";
import { loadScripts, readLua, scriptsWith, type ScriptName, type Scripts } from "./scripts.ts";

const group = "workers";
/** Long, so that what is shown in the window does not depend on the machine: windowCloses() ends it. */
const recoveryWindowMs = 600_000;

/** A swarm with one group over a Redis that can be set back and restarted. */
async function openBus(scripts: Scripts) {
  const lab = await openStoreLab((options) => assembleRedisStore({ ...options, recoveryWindowMs }, scripts));
  const swarm = lab.swarm();
  const store = await swarm.client();
  const raw = new Redis(lab.redis.url, { maxRetriesPerRequest: null });
  raw.on("error", () => undefined);
  const { prefix, store: storeKey } = storeKeys(swarm.swarmId);
  await open(store);

  return {
    store,
    raw,
    /** What the bus is now; the result makes it so again, as a store that loses its last writes does. */
    remember: async (): Promise<() => Promise<void>> => {
      const keysNow = () => raw.keys(`${prefix.replaceAll(/[[\]*?]/g, "?")}bus-*`);
      const kept = await Promise.all((await keysNow()).map(async (key) => [key, await raw.dumpBuffer(key)] as const));
      return async () => {
        await raw.del(...(await keysNow()));
        for (const [key, bytes] of kept) await raw.restore(key, 0, bytes);
      };
    },
    restart: async (): Promise<void> => {
      await lab.redis.restart();
      await waitFor("generation 2", () => store.health.status().up && store.health.status().generation === 2);
    },
    /** Lets the window end a moment from now, by the store's own clock. */
    windowCloses: async (): Promise<void> => {
      const nowMs = async (): Promise<number> => {
        const [seconds, microseconds] = await raw.time();
        return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
      };
      const windowUntilMs = Math.ceil(await nowMs()) + 50;
      await raw.hset(storeKey, { windowUntilMs });
      await waitFor("the window to close", async () => (await nowMs()) > windowUntilMs);
    },
    async [Symbol.asyncDispose]() {
      raw.disconnect();
      await lab[Symbol.asyncDispose]();
    },
  };
}

const open = ({ bus }: RedisStore) =>
  bus.apply({ kind: "open", group: busGroup({ group, pattern: "#", leaseMs: 60_000 }) });
const publish = ({ bus }: RedisStore, messageId: string, qos: 1 | 2 = 2) =>
  bus.apply({ kind: "publish", message: publicationOf({ messageId, topic: "t", qos, payload: null }) });
async function take({ bus }: RedisStore, consumer = "a"): Promise<readonly HeldMessage[]> {
  const answer = await bus.apply({ kind: "take", group, consumer, max: 10 });
  assert.ok(answer.kind === "taken");
  return answer.messages;
}
const acknowledge = async ({ bus }: RedisStore, { entry, token }: HeldMessage, consumer = "a"): Promise<string> => {
  const effects = effectList({ add: { count: 1 } });
  return (await bus.apply({ kind: "acknowledge", group, consumer, entry, token, effects })).kind;
};
const renew = async ({ bus }: RedisStore, { entry, token }: HeldMessage): Promise<string> =>
  (await bus.apply({ kind: "renew", group, consumer: "a", entry, token })).kind;

type Bus = Awaited<ReturnType<typeof openBus>>;

/** The same consumer gets the message again, for the first time as the store knows it: only the generation tells the attempts apart. */
async function lostAttemptDoesNotCount({ store, remember, restart, windowCloses }: Bus): Promise<void> {
  await publish(store, "m");
  const setBack = await remember();
  const [lost] = await take(store);
  await setBack();
  await restart();
  assert.equal(await renew(store, lost!), "lost");
  await windowCloses();
  const [held] = await take(store);
  assert.deepEqual([held?.entry, held?.attempt], [lost?.entry, 1]);
  assert.ok(held!.token > lost!.token, "the generation is part of the token");
  assert.equal(await acknowledge(store, lost!), "lost");
  assert.deepEqual(await store.bus.record(group, ["count"]), [null]);
  assert.equal(await acknowledge(store, held!), "acknowledged");
  assert.deepEqual(await store.bus.record(group, ["count"]), [1]);
}

async function keptAttemptGoesOn({ store, restart, windowCloses }: Bus): Promise<void> {
  for (const id of ["m", "n"]) await publish(store, id);
  const [first, second] = await take(store);
  await restart();
  assert.equal(await renew(store, first!), "renewed", "in the window");
  assert.equal(await acknowledge(store, first!), "acknowledged", "in the window");
  await windowCloses();
  assert.equal(await acknowledge(store, second!, "b"), "lost");
  assert.equal(await acknowledge(store, second!), "acknowledged");
  assert.equal(await acknowledge(store, second!), "lost");
  assert.deepEqual(await store.bus.record(group, ["count"]), [2]);
}

/** Its count goes on where it was, and its token is above the older generation's. */
async function keptAttemptIsSucceeded({ store, restart, windowCloses }: Bus): Promise<void> {
  await publish(store, "m");
  const [old] = await take(store);
  await restart();
  await windowCloses();
  const { bus } = store;
  await bus.apply({ kind: "open", group: busGroup({ group, pattern: "#", leaseMs: 100 }) });
  assert.equal(await renew(store, old!), "renewed");
  const [held] = await waitFor("its lease is over", async () => {
    const messages = await take(store, "b");
    return messages.length === 1 && messages;
  });
  assert.deepEqual([held?.attempt, held!.token > old!.token], [2, true]);
  assert.equal(await acknowledge(store, old!), "lost");
  assert.equal(await acknowledge(store, held!, "b"), "acknowledged");
}

async function windowGivesAndTakesNothing({ store, restart, windowCloses }: Bus): Promise<void> {
  await publish(store, "m");
  await restart();
  const answer = await store.bus.apply({ kind: "take", group, consumer: "a", max: 10 });
  assert.ok(answer.kind === "taken" && answer.messages.length === 0 && (answer.nextInMs ?? 0) > 0);
  await assert.rejects(publish(store, "n", 1), { code: "recovering" });
  await assert.rejects(publish(store, "n"), { code: "recovering" });
  await windowCloses();
  assert.deepEqual(await publish(store, "n"), { kind: "published", groups: 1 });
  assert.equal((await take(store)).length, 2);
}

/** Who subscribes makes the group anew in the window, so what is published after it reaches the group. */
async function groupIsBackBeforePublications({ store, raw, restart, windowCloses }: Bus): Promise<void> {
  await raw.flushall();
  await restart();
  assert.deepEqual(await store.bus.apply({ kind: "take", group, consumer: "a", max: 1 }), { kind: "unknown-group" });
  await assert.rejects(publish(store, "m"), { code: "recovering" });
  assert.deepEqual(await open(store), { kind: "opened" });
  await windowCloses();
  assert.deepEqual(await publish(store, "m"), { kind: "published", groups: 1 });
}

/** A mark that was kept is known; where mark and message were lost, the repetition is the message. */
async function marksGoWithTheirMessages({ store, remember, restart, windowCloses }: Bus): Promise<void> {
  await publish(store, "kept");
  const setBack = await remember();
  await publish(store, "lost");
  await setBack();
  await restart();
  assert.deepEqual(await publish(store, "kept"), { kind: "repeated" }, "in the window");
  await windowCloses();
  assert.deepEqual(await publish(store, "kept"), { kind: "repeated" });
  assert.deepEqual(await publish(store, "lost"), { kind: "published", groups: 1 });
  assert.deepEqual(await publish(store, "lost"), { kind: "repeated" });
  assert.deepEqual(
    (await take(store)).map(({ message }) => message.messageId),
    ["kept", "lost"],
  );
}

const cases = {
  "an attempt that the store has lost does not count, though it looks like the one that is under way":
    lostAttemptDoesNotCount,
  "an attempt that the store has kept is prolonged and acknowledged under its old token, once": keptAttemptGoesOn,
  "who succeeds an attempt of an older generation has a higher token and the next count": keptAttemptIsSucceeded,
  "while writes may have been lost nothing is handed out or taken in": windowGivesAndTakesNothing,
  "a group that was lost is there again before anything is published to it": groupIsBackBeforePublications,
  "an id is known as long as its mark was kept; a message that was lost with it is published anew":
    marksGoWithTheirMessages,
};
for (const [name, run] of Object.entries(cases))
  test(name, async () => {
    await using bus = await openBus(loadScripts());
    await run(bus);
  });

const mutants: readonly {
  readonly name: ScriptName;
  readonly what: string;
  readonly text: string;
  readonly instead: string;
  readonly caughtBy: (bus: Bus) => Promise<void>;
}[] = [
  {
    name: "acknowledge-message",
    what: "looks at the count of attempts alone, not at the generation",
    text: "if not isHeldBy(group, ARGV[5], ARGV[4], ARGV[6]) then",
    instead:
      "local held = group and pendingOf(group, ARGV[5])\n" +
      "if not held or string.sub(held.consumer, -#ARGV[4]) ~= ARGV[4] or held.attempts ~= tonumber(ARGV[6]) % 1e9 then",
    caughtBy: lostAttemptDoesNotCount,
  },
  {
    name: "renew-message",
    what: "prolongs whatever has the entry",
    text: "if not isHeldBy(group, ARGV[5], ARGV[4], ARGV[6]) then",
    instead: "if not entryOf(group, ARGV[5]) then",
    caughtBy: lostAttemptDoesNotCount,
  },
  {
    name: "take-messages",
    what: "hands out in the recovery window",
    text: "if recovering then",
    instead: "if false then",
    caughtBy: windowGivesAndTakesNothing,
  },
  {
    name: "publish-message",
    what: "takes in what no group is there for yet",
    text: "if recovering then",
    instead: "if false then",
    caughtBy: groupIsBackBeforePublications,
  },
];
for (const { name, what, text, instead, caughtBy } of mutants)
  test(`the cases catch a ${name} that ${what}`, async () => {
    const intact = readLua(name);
    const broken = intact.replace(text, instead);
    assert.notEqual(broken, intact, "the text to be broken is not there any more");
    await using bus = await openBus(scriptsWith(name, broken));
    await assert.rejects(caughtBy(bus), { name: "AssertionError" });
  });
