/**
 * One history of the shared document beside a model of it: merge patches, JSON patches and rollbacks, drawn by a seed, one
 * after the other over a real Redis. Versions are dense (C1), a rollback is a new version (C3), and a follower's copy of
 * each version, as well as the store's last one, is what the model says. The model's documents are kept as hashes, but for
 * the last few, to which a rollback may go.
 */
import { createHash } from "node:crypto";
import { canonicalJson, createRandom, type Json, type Random } from "@entrain/kernel";
import type { ContextNews, SharedDocument } from "@entrain/core/context";
import type { ContextDesk } from "@entrain/ports";
import type { ContextFollower } from "@entrain/runtime";

/** Versions that a rollback goes back at most. */
const depthMax = 10;
const names = ["a", "b", "c", "d"];
const note = { author: "model", reason: "" };

/** What a run needs: a desk and a started follower of one swarm whose document has no version yet. */
export interface ContextModelRun {
  readonly desk: ContextDesk;
  readonly follower: ContextFollower;
  readonly seed: string;
  /** Length of the history. */
  readonly changes: number;
}

/** What a run came to. */
export interface ContextModelOutcome {
  readonly changes: number;
  readonly rollbacks: number;
  /** Versions that the follower was told one by one, and those that it was told at once in a resync instead. */
  readonly told: number;
  readonly skipped: number;
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
}

type Step =
  | { readonly kind: "merge"; readonly patch: Json }
  | { readonly kind: "json"; readonly patch: Json }
  | { readonly kind: "rollback"; readonly toVersion: number };

/** The next change, and the document that it must make. `kept` maps the last versions to their documents. */
function draw(random: Random, version: number, kept: ReadonlyMap<number, SharedDocument>): [Step, SharedDocument] {
  const model = kept.get(version - 1) ?? {};
  const name = names[random.int(names.length)] ?? "a";
  if (random.next() < 0.05 && version > 2) {
    const toVersion = Math.max(1, version - 1 - random.int(depthMax));
    return [{ kind: "rollback", toVersion }, kept.get(toVersion) ?? {}];
  }
  if (random.next() < 0.5) {
    if (random.next() < 0.2) {
      const rest = Object.entries(model).filter(([member]) => member !== name);
      return [{ kind: "merge", patch: { [name]: null } }, Object.fromEntries(rest)];
    }
    const value = { x: random.int(100), y: [random.int(5)] };
    const merged = { ...(model[name] as object | undefined), ...value };
    return [
      { kind: "merge", patch: { [name]: value } },
      { ...model, [name]: merged },
    ];
  }
  const value = { z: random.int(1_000) };
  return [
    { kind: "json", patch: [{ op: "add", path: `/${name}`, value }] },
    { ...model, [name]: value },
  ];
}

const hashOf = (document: SharedDocument): string =>
  createHash("sha256").update(canonicalJson(document)).digest("base64");

/** Compares each version that the follower is told with the model's, and each with the one before it (C1). */
class Listener {
  readonly violations: string[] = [];
  readonly hashes = new Map<number, string>();
  told = 0;
  skipped = 0;
  #reached = 0;

  hear(news: ContextNews): void {
    const { version, document } = news.document;
    const base = news.kind === "change" ? news.entry.baseVersion : news.fromVersion;
    if (news.kind === "change") this.told += 1;
    else this.skipped += version - base;
    if (base !== this.#reached) this.violations.push(`version ${version} was told after ${this.#reached}, not ${base}`);
    this.#reached = version;
    this.hashes.set(version, hashOf(document));
  }
}

async function carryOut(desk: ContextDesk, step: Step, version: number): Promise<number> {
  if (step.kind === "rollback") return (await desk.rollback(step.toVersion, note)).version;
  // A JSON patch names its base; a merge patch takes what is there.
  const baseVersion = step.kind === "json" ? version - 1 : undefined;
  return (await desk.patch(step as Parameters<ContextDesk["patch"]>[0], { ...note, baseVersion })).version;
}

/** Makes the history; what differs from the model is a violation. */
export async function runContextModel(run: ContextModelRun): Promise<ContextModelOutcome> {
  const { desk, follower, changes } = run;
  const random = createRandom(run.seed);
  const listener = new Listener();
  using stack = new DisposableStack();
  stack.defer(
    follower.watch((news) => {
      listener.hear(news);
    }),
  );
  const kept = new Map<number, SharedDocument>();
  const hashes: string[] = [hashOf({})];
  let rollbacks = 0;
  for (let version = 1; version <= changes; version++) {
    const [step, model] = draw(random, version, kept);
    if (step.kind === "rollback") rollbacks += 1;
    const made = await carryOut(desk, step, version);
    if (made !== version) throw new Error(`change ${version} of seed ${run.seed} made version ${made}`);
    kept.set(version, model);
    kept.delete(version - depthMax - 1);
    hashes.push(hashOf(model));
  }
  await follower.reach(changes);
  const { violations, told, skipped } = listener;
  for (const [version, hash] of listener.hashes)
    if (hash !== hashes[version]) violations.push(`the follower's version ${version} is not the model's`);
  if (told + skipped !== changes) violations.push(`${told} + ${skipped} of ${changes} versions are accounted for`);
  const last = await desk.read();
  if (last.version !== changes || hashOf(last.document) !== hashes[changes])
    violations.push(`the store's version ${last.version} is not the model's version ${changes}`);
  return { changes, rollbacks, told, skipped, violations };
}
