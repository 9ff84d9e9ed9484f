import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { diffDocuments, type SharedDocument } from "@entrain/core/context";
import { checkPolicy, defaultPolicy } from "@entrain/core/decision";
import { createDocumentRules } from "./document-rules.ts";

/** The policy's own check, and a word for an expression that does not parse. */
const rules = createDocumentRules({
  compile(candidate) {
    const policy = checkPolicy(candidate);
    for (const [index, { when }] of policy.rules.entries())
      if (when.includes("??"))
        throw EntrainError.invalid(`policy.rules[${index}].when`, when, "at line 2, column 5", {
          position: { line: 2, column: 5 },
        });
    return {
      policy,
      numberFields: new Set<string>(),
      classify: () => assert.fail("nothing is classified here"),
      holds: () => false,
    };
  },
});

const base: SharedDocument = { policy: { decision: defaultPolicy as never } };
const check = (next: SharedDocument, before = base) => rules.check(next, diffDocuments(before, next));
const refused = (field: string) => (thrown: unknown) => {
  const { code, field: said } = EntrainError.from(thrown);
  assert.deepEqual([code, said], ["invalid-argument", field]);
  return true;
};

test("sections of one's own hold what they want", () => {
  assert.equal(check({ ...base, mine: [1, { two: null }] }), JSON.stringify({ ...base, mine: [1, { two: null }] }));
});

test("a section that has a meaning keeps its form, and is refused by the place that breaks it", () => {
  const item = { kind: "goal", value: 1 };
  check({ ...base, blackboard: { items: { a: { ...item, access: "group", expiresAt: 1.5 } } } });
  const table: [SharedDocument, string][] = [
    [{ ...base, blackboard: { items: { a: { kind: "wish", value: 1 } } } }, "/blackboard/items/a/kind"],
    [{ ...base, blackboard: { items: { a: { kind: "goal" } } } }, "/blackboard/items/a/value"],
    [{ ...base, blackboard: { items: { a: { ...item, colour: 1 } } } }, "/blackboard/items/a/colour"],
    [{ ...base, configuration: { timeouts: { step: -1 } } }, "/configuration/timeouts/step"],
    [{ ...base, configuration: { features: { swarmMode: null } } }, "/configuration/features/swarmMode"],
    [{ ...base, configuration: { features: { swarmMode: "off" } } }, "/configuration/features/swarmMode"],
    [{ ...base, configuration: { features: { mine: [] } } }, "/configuration/features/mine"],
    [{ ...base, configuration: { retries: 3 } }, "/configuration/retries"],
    [{ ...base, configuration: { retries: { call: { attemptsMax: -1 } } } }, "/configuration/retries/call/attemptsMax"],
    [{ ...base, resources: { gpu: { kind: "endless" } } }, "/resources/gpu/kind"],
    [{ ...base, resources: { gpu: { capacity: -1 } } }, "/resources/gpu/capacity"],
    [{ ...base, execution: { runs: [] } }, "/execution/runs"],
    [{ ...base, metadata: { severities: { "/mine": "grave" } } }, "/metadata/severities/~1mine"],
    [{ ...base, policy: 7 }, "/policy"],
    [{ ...base, metadata: { schemas: { mine: 3 } } }, "/metadata/schemas/mine"],
  ];
  for (const [document, pointer] of table) assert.throws(() => check(document), refused(pointer));
});

test("what each section with a meaning is for may be written, and more of one's own beside it", () => {
  check({
    ...base,
    resources: { gpu: { kind: "reusable", capacity: 4, unit: "devices", site: "hall 2" } },
    configuration: {
      timeouts: { call: 250 },
      retries: { upstream: { attemptsMax: 3, pauseMs: 10, pauseMaxMs: 1_000 } },
      features: { swarmMode: false, nightMode: true, share: 0.5, theme: "dark" },
      coordination: { pattern: "pipeline" },
    },
    execution: { status: "running", teams: { red: {} }, agents: { a: { task: 1 } }, runs: { r1: { step: 2 } } },
    metadata: { severities: { "/mine": "critical" }, owner: "ops" },
  });
});

test("a swarm's own schema holds for its section from the same change on, and until it is changed", () => {
  const metadata = {
    schemas: { orders: { type: "object", required: ["open"], properties: { open: { minimum: 0 } } } },
  };
  const valid = { ...base, metadata, orders: { open: 3 } };
  check(valid);
  assert.throws(() => check({ ...valid, orders: { open: -1 } }, valid), refused("/orders/open"));
  assert.throws(() => check({ ...base, metadata, orders: {} }), refused("/orders/open"));
  const stricter = { schemas: { orders: { ...metadata.schemas.orders, maxProperties: 0 } } };
  assert.throws(() => check({ ...valid, metadata: stricter }, valid), refused("/orders"));
  check({ ...valid, orders: { open: -1 }, metadata: {} }, valid);
});

test("a schema that cannot be used is refused where it stands", () => {
  const withSchema = (schema: unknown): SharedDocument => ({ ...base, metadata: { schemas: { x: schema as never } } });
  const at = "/metadata/schemas/x";
  assert.throws(() => check(withSchema({ type: "nonsense" })), refused(at));
  assert.throws(() => check(withSchema({ pattern: "^(a+)+$" })), refused(`${at}/pattern`));
  assert.throws(() => check(withSchema({ $ref: "https://example.org/x" })), refused(`${at}/$ref`));
  assert.throws(() => check(withSchema({ const: "x".repeat(40_000) })), refused(at));
  check(withSchema({ properties: { pattern: { type: "string" } } }));
});

test("a policy that does not compile is refused by its place, line and column", () => {
  const withRule = (when: string) => {
    const [first, ...others] = defaultPolicy.rules;
    return { policy: { decision: { ...defaultPolicy, rules: [{ ...first, when }, ...others] } as never } };
  };
  assert.throws(
    () => check(withRule("a ??")),
    (thrown) => {
      refused("/policy/decision/rules/0/when")(thrown);
      assert.deepEqual(EntrainError.from(thrown).position, { line: 2, column: 5 });
      return true;
    },
  );
  const safeless = { policy: { decision: { ...defaultPolicy, safeAction: "panic" } as never } };
  assert.throws(() => check(safeless), refused("/policy/decision/safeAction"));
  assert.throws(() => check({ policy: {} }), refused("/policy/decision"));
});

test("a policy of roles that cannot be used is refused by its place, and may be taken away", () => {
  const withRoles = (roles: object): SharedDocument => ({
    policy: { decision: defaultPolicy as never, roles: roles as never },
  });
  check(withRoles({ primaries: 2 }));
  assert.throws(() => check(withRoles({ riskMax: 2 })), refused("/policy/roles/riskMax"));
  assert.throws(() => check(withRoles({ primary: 2 })), refused("/policy/roles/primary"));
  assert.throws(() => check({ policy: { decision: defaultPolicy as never, roles: 7 } }), refused("/policy/roles"));
  check(base);
});

test("a policy that did not change is not compiled again", () => {
  const lenient = createDocumentRules({ compile: () => assert.fail("compiled") });
  const next = { ...base, metadata: { note: "x" } };
  lenient.check(next, diffDocuments(base, next));
  const without = { policy: { history: { versionsMax: 5 } } };
  lenient.check(without, diffDocuments({}, without));
  lenient.check({}, diffDocuments(without, {}));
});
