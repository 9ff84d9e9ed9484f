/** Changes on a base that is known without a read: what they cost, and that nothing is refused by an old one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { ContextDocument, SharedDocument } from "@entrain/core/context";
import type { ContextStore, DocumentRules } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createContextDesk } from "./context-desk.ts";

const note = { author: "ops", reason: "" };
const merge = (patch: SharedDocument) => ({ kind: "merge", patch }) as const;

/** Sections are set; a section `must` is refused unless the document has `is`. */
const rules: DocumentRules = {
  apply: (document, { patch }) => ({ ...document, ...(patch as SharedDocument) }),
  check(document) {
    if (Object.hasOwn(document, "must") && !Object.hasOwn(document, "is"))
      throw EntrainError.invalid("/must", document["must"], "set is");
    return JSON.stringify(document);
  },
};

function office() {
  const time = createVirtualTime();
  const commands: string[] = [];
  let present: ContextDocument = { version: 0, document: {} };
  const notCalled = (): never => assert.fail("not called");
  const store: ContextStore = {
    read() {
      commands.push("read");
      return Promise.resolve(present);
    },
    commit({ baseVersion, text }) {
      commands.push("commit");
      if (baseVersion !== present.version)
        return Promise.reject(new EntrainError("conflict", "stale", { value: present.version }));
      present = { version: baseVersion + 1, document: JSON.parse(text) as SharedDocument };
      return Promise.resolve(present.version);
    },
    readOrCreate: notCalled,
    changesSince: notCalled,
    watch: notCalled,
    history: notCalled,
    findRequest: notCalled,
  };
  let heard: ContextDocument | undefined;
  const shared = { store, rules, timers: time.timers, random: createRandom(1) };
  const desk = createContextDesk({ ...shared, known: () => heard });
  return {
    time,
    desk,
    other: createContextDesk(shared),
    present: () => present,
    hear: () => void (heard = present),
    commandsOf: async (work: () => Promise<unknown>): Promise<string> => {
      commands.length = 0;
      await time.until(work());
      return commands.join(" ");
    },
  };
}

test("a change costs one command where the base was written or heard of, also for many at once", async () => {
  const { desk, other, commandsOf, hear, present } = office();
  assert.equal(await commandsOf(() => desk.patch(merge({ a: 1 }), note)), "read commit");
  assert.equal(await commandsOf(() => desk.patch(merge({ b: 1 }), note)), "commit");
  await other.patch(merge({ c: 1 }), note);
  hear();
  const three = () => Promise.all([1, 2, 3].map((n) => desk.patch(merge({ [`n${n}`]: n }), note)));
  assert.equal(await commandsOf(three), "commit commit commit");
  assert.deepEqual(present(), { version: 6, document: { a: 1, b: 1, c: 1, n1: 1, n2: 2, n3: 3 } });
});

test("a base that is old is read anew, and the change is made on the present one", async () => {
  const { desk, other, commandsOf, present, time } = office();
  await time.until(desk.patch(merge({ a: 1 }), note));
  await time.until(other.patch(merge({ b: 1 }), note));
  assert.equal(await commandsOf(() => desk.patch(merge({ c: 1 }), note)), "commit read commit");
  assert.deepEqual(present().document, { a: 1, b: 1, c: 1 });
});

test("nothing is refused by an old base: neither by the rules nor as stale", async () => {
  const { desk, other, commandsOf, present, time } = office();
  await time.until(desk.patch(merge({ a: 1 }), note));
  await time.until(other.patch(merge({ is: true }), note));
  assert.equal(await commandsOf(() => desk.patch(merge({ must: true }), note)), "read commit");
  await time.until(other.patch(merge({ b: 1 }), note));
  assert.equal(await commandsOf(() => desk.patch(merge({ c: 1 }), { ...note, baseVersion: 4 })), "read commit");
  assert.equal(present().version, 5);
});

test("a stale base is refused with the present version, and what the rules refuse is not written (C2)", async () => {
  const { desk, commandsOf, present, time } = office();
  await time.until(desk.patch(merge({ a: 1 }), note));
  const refusal = async (work: Promise<unknown>) => {
    const { code, value } = await time.until(
      work.then(
        () => assert.fail("accepted"),
        (thrown: unknown) => EntrainError.from(thrown),
      ),
    );
    return [code, value];
  };
  assert.deepEqual(await refusal(desk.patch(merge({ b: 1 }), { ...note, baseVersion: 0 })), ["conflict", 1]);
  const refused = () => assert.rejects(desk.patch(merge({ must: true }), note), { code: "invalid-argument" });
  assert.equal(await commandsOf(refused), "read");
  assert.equal(present().version, 1);
});
