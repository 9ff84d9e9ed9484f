/** What the book does with the messages of a handoff (P3). */
import type { Amounts } from "../budget/index.ts";
import type { ClaimRequest } from "./command.ts";
import type { HandedOver, Handoff, HandoffCommand, HandoffOffer, HandoffOutcome } from "./handoff.ts";
import type { HeldTask, TaskDefinition, TaskState } from "./task.ts";

/** What a handoff changes of a task. */
export interface HandedEntry {
  readonly definition: TaskDefinition;
  readonly state: TaskState;
  readonly tries: number;
  token: number;
  holder: string | null;
  atMs: number;
  consumed: Amounts;
  handoff: BookedHandoff | null;
  handedOver: HandedOver | null;
}

/** With its tokens: `given` is the offering holder's, `token` that of whoever owns the task while the handoff holds. */
export interface BookedHandoff extends Handoff {
  readonly given: number;
  readonly token: number;
}

/** Carries a message out. */
export function applyHandoff(
  entry: HandedEntry | undefined,
  command: HandoffCommand,
  nowMs: number,
  nextToken: () => number,
): HandoffOutcome {
  switch (command.kind) {
    case "hand":
      return hand(entry, command, nowMs);
    case "answer":
      return answer(entry, command, nowMs);
    case "transfer":
      return transfer(entry, command, nowMs, nextToken);
    case "confirm":
      return confirm(entry, command, nowMs);
  }
}

/** True where a transfer was not confirmed: then the task goes back whatever its tries are. */
export function isUnconfirmed({ handoff, token }: HandedEntry): boolean {
  return handoff?.state === "transferred" && handoff.token === token;
}

/** The claimed task as its holder gets it. */
export function heldOf({ definition, token, tries, consumed, handedOver }: HandedEntry): HeldTask {
  return { definition, token, attempt: tries, leaseLeftMs: definition.leaseMs, consumed, handedOver };
}

/** What an agent has to answer or to confirm. */
export function offersTo(
  entries: Iterable<HandedEntry>,
  { agentId, capabilities }: Pick<ClaimRequest, "agentId" | "capabilities">,
  nowMs: number,
): readonly HandoffOffer[] {
  return [...entries].flatMap((entry) => {
    const { definition, handoff } = entry;
    if (handoff?.to !== agentId || !capabilities.includes(definition.capability) || !isStanding(entry)) return [];
    const { number, from, reason, state } = handoff;
    const untilMs = state === "transferred" ? entry.atMs : handoff.untilMs;
    if ((state !== "offered" && state !== "transferred") || untilMs <= nowMs) return [];
    const { taskId, capability } = definition;
    return [{ taskId, capability, number, from, reason, state, leftMs: untilMs - nowMs }];
  });
}

const over = { kind: "handoff-over" } as const;

/** The task is still in the hands in which the handoff left it. */
const isStanding = ({ state, token, handoff }: HandedEntry): boolean => state === "running" && handoff?.token === token;

function hand(
  entry: HandedEntry | undefined,
  { token, to, reason, forMs }: Extract<HandoffCommand, { readonly kind: "hand" }>,
  nowMs: number,
): HandoffOutcome {
  if (entry?.state !== "running" || entry.token !== token) return { kind: "lost", state: entry?.state ?? "unknown" };
  const number = (entry.handoff?.number ?? 0) + 1;
  const from = entry.holder ?? "";
  const offer = { number, from, to, reason, state: "offered", untilMs: nowMs + forMs, cause: null } as const;
  entry.handoff = { ...offer, given: token, token };
  return { kind: "handing", number };
}

function answer(
  entry: HandedEntry | undefined,
  { number, agentId, accepted, cause }: Extract<HandoffCommand, { readonly kind: "answer" }>,
  nowMs: number,
): HandoffOutcome {
  const handoff = entry?.handoff;
  if (entry === undefined || handoff?.number !== number || handoff.to !== agentId || !isStanding(entry)) return over;
  const state = accepted ? "accepted" : "rejected";
  if (handoff.state === state) return { kind: "answered" };
  if (handoff.state !== "offered" || handoff.untilMs <= nowMs) return over;
  entry.handoff = { ...handoff, state, cause: accepted ? null : cause };
  return { kind: "answered" };
}

function transfer(
  entry: HandedEntry | undefined,
  { number, token, carry, consumed, trace }: Extract<HandoffCommand, { readonly kind: "transfer" }>,
  nowMs: number,
  nextToken: () => number,
): HandoffOutcome {
  const handoff = entry?.handoff;
  const isThis = handoff?.number === number && handoff.given === token;
  if (isThis && (handoff.state === "transferred" || handoff.state === "confirmed")) return { kind: "transferred" };
  if (entry?.state !== "running" || entry.token !== token) return { kind: "lost", state: entry?.state ?? "unknown" };
  if (!isThis || handoff.state !== "accepted" || handoff.untilMs <= nowMs) return over;
  entry.consumed = consumed ?? entry.consumed;
  entry.token = nextToken();
  entry.holder = handoff.to;
  entry.atMs = nowMs + entry.definition.leaseMs;
  entry.handoff = { ...handoff, state: "transferred", token: entry.token };
  entry.handedOver = { from: handoff.from, reason: handoff.reason, carry, ...(trace === undefined ? {} : { trace }) };
  return { kind: "transferred" };
}

function confirm(
  entry: HandedEntry | undefined,
  { number, agentId }: Extract<HandoffCommand, { readonly kind: "confirm" }>,
  nowMs: number,
): HandoffOutcome {
  const handoff = entry?.handoff;
  if (entry === undefined || handoff?.number !== number || handoff.to !== agentId || !isStanding(entry)) return over;
  if (handoff.state !== "transferred") return over;
  entry.atMs = nowMs + entry.definition.leaseMs;
  entry.handoff = { ...handoff, state: "confirmed" };
  return { kind: "confirmed", task: heldOf(entry) };
}
