import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContextEntry } from "@entrain/core/context";
import type { WantedChange } from "@entrain/core/session";
import { createSessionChanges, type ChangeStore } from "./session-changes.ts";

/** A version that changes a place. */
const entry = (version: number, pointer: string, baseVersion = version - 1, after = "x"): ContextEntry => ({
  ...{ version, baseVersion, author: "a", reason: "", atMs: 0, patch: { kind: "json", patch: [] } },
  changes: [{ kind: "added", pointer, after }],
});

function open(entries: readonly ContextEntry[], pageMax = 2) {
  const asked: number[] = [];
  const present = (): number => entries.at(-1)?.version ?? 0;
  const context: ChangeStore = {
    read: () => Promise.resolve({ version: present(), document: {} }),
    changesSince(version) {
      asked.push(version);
      const after = entries.filter((one) => one.version > version).slice(0, pageMax);
      return Promise.resolve({ nowMs: 0, present: present(), oldest: entries[0]?.version ?? 0, entries: after });
    },
    watch: () => () => undefined,
  };
  return { changes: createSessionChanges(context, () => undefined), asked };
}

const wish = (policy: "each" | "latest", after: number): WantedChange => {
  return { path: "1/0", after, filter: { pointers: ["/n"] }, policy };
};

const three = [entry(1, "/n"), entry(2, "/other"), entry(3, "/n"), entry(4, "/other"), entry(5, "/n")];

test("each is the first version that the filter lets through, latest all of them, over pages", async () => {
  const { changes } = open(three);
  const [first] = await changes.look([], [wish("each", 1)]);
  assert.ok(first?.kind === "changed");
  assert.deepEqual([first.path, first.change.version, first.change.fromVersion], ["1/0", 3, 1]);
  const [all] = await changes.look([], [wish("latest", 0)]);
  assert.ok(all?.kind === "changed");
  assert.deepEqual([all.change.version, all.change.changes.length, all.change.resync], [5, 3, false]);
});

test("what was passed over is not read again", async () => {
  const { changes, asked } = open([entry(1, "/other"), entry(2, "/other")]);
  assert.deepEqual(await changes.look([], [wish("each", 0)]), []);
  await changes.look([], [wish("each", 0)]);
  assert.deepEqual(asked, [0, 2, 2]);
});

test("versions that are not known any more are said to be missing, and the present one is reacted to", async () => {
  const { changes } = open([entry(7, "/n"), entry(8, "/other")]);
  const [event] = await changes.look([], [wish("each", 3)]);
  const change = { version: 8, fromVersion: 3, author: "a", changes: [], resync: true };
  assert.deepEqual(event, { kind: "changed", path: "1/0", change });
});

test("values that do not fit are left out; watching begins at the present version", async () => {
  const { changes } = open([entry(1, "/n", 0, "y".repeat(70_000))]);
  const [event] = await changes.look([], [wish("each", 0)]);
  assert.ok(event?.kind === "changed");
  assert.deepEqual(event.change.changes, [{ kind: "added", pointer: "/n" }]);
  assert.deepEqual(await changes.look(["1/0"], []), [{ kind: "watched", path: "1/0", version: 1 }]);
});

test("what is told of sessions is no change that a session reacts to", async () => {
  const told = { ...entry(2, "/execution/runs/s"), author: "entrain", reason: "sessions" };
  const { changes } = open([entry(1, "/execution/mine"), told, entry(3, "/execution/mine")]);
  const all = await changes.look([], [{ ...wish("latest", 0), filter: { pointers: ["/execution"] } }]);
  assert.deepEqual(
    all.flatMap((event) => (event.kind === "changed" ? event.change.changes.map(({ pointer }) => pointer) : [])),
    ["/execution/mine", "/execution/mine"],
  );
});

test("what is for some agents only, or has expired, is reacted to by no session", async () => {
  const item = (more: object) => ({ kind: "data", value: "secret", ...more });
  const put = (version: number, name: string, more: object): ContextEntry => {
    const [change] = entry(version, `/blackboard/items/${name}`).changes;
    return { ...entry(version, ""), changes: [{ ...change!, kind: "added", after: item(more) }] };
  };
  const { changes } = open([
    put(1, "private", { access: "private", owner: "a" }),
    put(2, "group", { access: "group", group: "night" }),
    put(3, "old", { expiresAt: 0 }),
    put(4, "open", { value: "told" }),
  ]);
  const found = await changes.look([], [{ ...wish("latest", 0), filter: { pointers: ["/blackboard"] } }]);
  assert.ok(!JSON.stringify(found).includes("secret"), JSON.stringify(found));
  const [event] = found;
  assert.ok(event?.kind === "changed");
  assert.deepEqual(
    event.change.changes.map(({ pointer }) => pointer),
    ["/blackboard/items/open"],
  );
});
