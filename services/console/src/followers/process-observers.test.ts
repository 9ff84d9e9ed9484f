import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import type { Observation } from "@entrain/ports";
import { observationOf } from "../testing/facts.ts";
import { createProcessObservers, type AgentConnection } from "./process-observers.ts";

type Observe = AgentConnection["observe"];

function observing() {
  const open = new Map<string, { listener: Parameters<Observe>[0]; onState: Parameters<Observe>[1] }>();
  const seen: Observation[] = [];
  const failures: string[] = [];
  const observers = createProcessObservers({
    connect: ({ address }) => {
      if (address === "nowhere") throw EntrainError.invalid("address", address, "write host:port");
      return {
        observe(listener, onState) {
          open.set(address, { listener, onState });
          return () => undefined;
        },
        inject: () => Promise.resolve([]),
        resign: () => Promise.resolve(false),
        close: () => void open.delete(address),
      };
    },
    onObservation: (observation) => seen.push(observation),
    onFailure: (what) => failures.push(what),
  });
  return { observers, open, seen, failures };
}

const processAt = (processId: string, address: string) => ({ processId, address, agentIds: [] });

test("the processes of the alive members are observed, each once, as they come, move and go", () => {
  const { observers, open } = observing();
  observers.follow([processAt("p", "h:1"), processAt("q", "h:2")]);
  observers.follow([processAt("p", "h:1"), processAt("q", "h:3")]);
  assert.deepEqual([...open.keys()].sort(), ["h:1", "h:3"]);
  observers.follow([processAt("q", "h:3")]);
  assert.deepEqual([...open.keys()], ["h:3"]);
  assert.equal(observers.connection("p"), undefined);
  assert.notEqual(observers.connection("q"), undefined);
  observers.stop();
  assert.equal(open.size, 0);
});

test("an observation of another process at the same address is not taken for this one's", () => {
  const { observers, open, seen } = observing();
  observers.follow([processAt("p", "h:1")]);
  open.get("h:1")?.listener({ ...observationOf(1), processId: "newcomer" });
  assert.equal(seen.length, 0);
  open.get("h:1")?.listener({ ...observationOf(1), processId: "p" });
  assert.equal(seen.length, 1);
});

test("a loss is reported once, however often it is dialled; a wrong address too, and the others are observed", () => {
  const { observers, open, failures } = observing();
  observers.follow([processAt("bad", "nowhere"), processAt("p", "h:1")]);
  const onState = open.get("h:1")?.onState;
  const error = new EntrainError("unavailable", "refused");
  for (const up of [false, false, true, false]) onState?.({ up, error });
  assert.deepEqual(failures, ["process bad", "process p", "process p"]);
});
