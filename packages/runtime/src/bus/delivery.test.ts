import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { createBusBook, busGroup, publicationOf, type BusCommand, type HeldMessage } from "@entrain/core/bus";
import type { BusStore, RuntimeEvent } from "@entrain/ports";
import { createSystemClock, systemTimers } from "../clock/system-clock.ts";
import { deliver, type MessageHandler } from "./delivery.ts";

/** A message in the hands of a consumer of the pure book; `fault` may stand in the way of each command. */
async function deliverOne(handler: MessageHandler, fault: (command: BusCommand, carryOut: () => void) => void) {
  const book = createBusBook();
  const clock = createSystemClock();
  const apply = (command: BusCommand) => book.apply(command, clock.unixMs());
  const group = "g";
  apply({ kind: "open", group: busGroup({ group, pattern: "#", triesMax: 2 }) });
  apply({ kind: "publish", message: publicationOf({ messageId: "m", topic: "t", qos: 2, payload: 1 }) });
  const taken = apply({ kind: "take", group, consumer: "c", max: 1 });
  assert.ok(taken.kind === "taken");
  const events: RuntimeEvent[] = [];
  const store: Pick<BusStore, "apply"> = {
    apply(command) {
      try {
        fault(command, () => void apply(command));
      } catch (thrown) {
        return Promise.reject(EntrainError.from(thrown));
      }
      return Promise.resolve(apply(command));
    },
  };
  const around = {
    clock,
    timers: systemTimers,
    random: createRandom(1),
    events: (e: RuntimeEvent) => void events.push(e),
  };
  const whole = store as BusStore;
  const consumer = { group, pattern: "#", consumer: "c", handler, timeoutMs: null };
  await deliver({ ...around, store: whole, agentId: "a" }, consumer, taken.messages[0] as HeldMessage, clock.monoMs())
    .told;
  const [ended] = events.filter((event) => event.kind === "message.ended");
  return { outcome: ended?.outcome, cause: ended?.cause, book };
}

const away = (): never => {
  throw new EntrainError("store-unavailable", "the store is away");
};

test("an acknowledgement that did not arrive is told again, and its effect is made once", async () => {
  let tries = 0;
  const { outcome, book } = await deliverOne(
    () => ({ add: { n: 1 } }),
    () => (++tries < 3 ? away() : undefined),
  );
  assert.deepEqual([outcome, tries, book.record("g").get("n")], ["acknowledged", 3, "1"]);
});

test("where the answer to an acknowledgement was lost, the effect is made once and nobody claims to know", async () => {
  let tries = 0;
  const { outcome, cause, book } = await deliverOne(
    () => ({ add: { n: 1 } }),
    (_, carryOut) => {
      if (++tries > 1) return;
      carryOut();
      away();
    },
  );
  assert.deepEqual([outcome, book.record("g").get("n")], ["lost", "1"]);
  assert.match(cause ?? "", /^the answer to the acknowledgement was lost/);
});

test("effects are made as the handler returns them, and those that break a bound make a dead letter that says so", async () => {
  const { outcome, cause, book } = await deliverOne(
    () => ({ set: { n: "text" }, add: { other: Number.MAX_SAFE_INTEGER } }),
    () => undefined,
  );
  assert.deepEqual([outcome, cause], ["acknowledged", ""]);
  assert.equal(book.record("g").get("n"), '"text"');
  const unfit = await deliverOne(
    () => ({ add: { n: 0.5 } }),
    () => undefined,
  );
  assert.equal(unfit.outcome, "dead");
  assert.match(unfit.cause ?? "", /^effects\.add\.n is 0\.5/);
  assert.equal(unfit.book.deadLetters("g").length, 1);
});

test("what a handler throws is tried again, unless it is an error that trying again cannot mend", async () => {
  const again = await deliverOne(
    () => {
      throw new Error("not now");
    },
    () => undefined,
  );
  assert.deepEqual([again.outcome, again.cause], ["again", "not now"]);
  const never = await deliverOne(
    () => {
      throw new EntrainError("invalid-argument", "never");
    },
    () => undefined,
  );
  assert.deepEqual([never.outcome, never.book.deadLetters("g")[0]?.cause], ["dead", "never"]);
});
