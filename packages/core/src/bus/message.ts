/**
 * Messages of the bus that are kept in the store, and the groups that they are kept for. Quality of service as in MQTT 5.0,
 * section 4.3: 1 is acknowledged, at least once; 2 is taken in once under its id, within the horizon of the deduplication.
 */
import { canonicalJson, checkId, EntrainError, type Json, type TraceCarrier } from "@entrain/kernel";
import { checkTaskId, checkWhole } from "../task/index.ts";
import { checkPattern, checkTopic } from "./topic.ts";

/** Bounds of the bus. */
export const busLimits = {
  /** Characters of the JSON text of payload and headers together. */
  bodyMax: 65_536,
  headersMax: 20,
  headerMax: 1_000,
  groupsMax: 100,
  leaseMs: { least: 100, most: 600_000, usual: 3_000 },
  tries: { most: 100, usual: 5 },
  /** Messages of one group that are not acknowledged; beyond that publishers wait, or are refused. */
  lag: { most: 100_000, usual: 10_000 },
  /** Messages taken by one call. */
  takeMax: 100,
  expiresMs: { least: 1, most: 7 * 86_400_000 },
  causeMax: 1_000,
  /** Dead letters of a group; the oldest go, and are counted. */
  deadMax: 10_000,
  /** How long the id of a message of QoS 2 is known from its publication, ms, and how many of them at most. */
  dedupMs: 120_000,
  dedupMax: 200_000,
  /** Fields that one message may change, and that a group has. */
  effectsMax: 20,
  effectFieldsMax: 10_000,
  effectMax: 16_384,
} as const;

/** Which of the two that are kept. */
export type DurableQos = 1 | 2;

/** A message as it is published. */
export interface Publication {
  /** Names the message; of QoS 2 it is published once under it. */
  readonly messageId: string;
  readonly topic: string;
  readonly qos: DurableQos;
  readonly payload: Json;
  readonly headers: Readonly<Record<string, string>>;
  /** It is not handed out later than this after its publication, ms; null: never too late. */
  readonly expiresMs: number | null;
  /** Its publication; absent where nothing is traced. No part of what a message of QoS 2 is told by. */
  readonly trace?: TraceCarrier;
}

/** What the caller says of it. */
export interface PublicationWish {
  readonly messageId: string;
  readonly topic: string;
  readonly qos: DurableQos;
  readonly payload: Json;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expiresMs?: number | null;
  readonly trace?: TraceCarrier | undefined;
}

/** Consumers that share the messages of a pattern: each message goes to one of them. */
export interface BusGroup {
  readonly group: string;
  readonly pattern: string;
  /** How long a consumer has a message without a renewal, ms. */
  readonly leaseMs: number;
  /** How often a message is handed out before it is a dead letter. */
  readonly triesMax: number;
  /** Messages that are not acknowledged, at most. */
  readonly lagMax: number;
}

/** A message in the hands of a consumer. */
export interface HeldMessage {
  /** Its place in the group's queue. */
  readonly entry: string;
  /** Grows with each time that this message is handed out; only the latest one's answer counts (P1). */
  readonly token: number;
  /** 1 for the first time. */
  readonly attempt: number;
  readonly leaseMs: number;
  readonly message: Publication;
  /** Unix ms of the store's clock. */
  readonly publishedAtMs: number;
}

/** A message that is handed out no more, and why. */
export interface DeadLetter {
  /** Names it among the group's dead letters. */
  readonly letter: string;
  readonly message: Publication;
  readonly cause: string;
  readonly attempts: number;
  readonly publishedAtMs: number;
  readonly diedAtMs: number;
}

/** What a handler changes in its group's record, in the same step in which its message is acknowledged. */
export interface Effects {
  /** Field → whole number that is added to it; a field that is not there is 0. */
  readonly add?: Readonly<Record<string, number>>;
  /** Field → what it holds from now on. */
  readonly set?: Readonly<Record<string, Json>>;
}

/** The text in which payload and headers are kept. @throws EntrainError `invalid-argument` that names the field. */
export function bodyText({ payload, headers }: Pick<Publication, "payload" | "headers">): string {
  const text = canonicalJson({ payload, headers });
  if (text.length <= busLimits.bodyMax) return text;
  const remedy = `stay within ${busLimits.bodyMax} with the headers, keep what is longer elsewhere, and pass where it is`;
  throw EntrainError.invalid("payload", `JSON of ${text.length} characters`, remedy);
}

function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { headersMax, headerMax } = busLimits;
  const entries = Object.entries(headers);
  if (entries.length > headersMax)
    throw EntrainError.invalid("headers", `${entries.length} of them`, `give ${headersMax} at most`);
  for (const [name, value] of entries) {
    checkId("headers", name);
    if (typeof value !== "string" || value.length > headerMax)
      throw EntrainError.invalid(`headers.${name}`, value, `give a text of ${headerMax} characters at most`);
  }
  return headers;
}

/** The whole message. @throws EntrainError `invalid-argument` that names the field. */
export function publicationOf(wish: PublicationWish): Publication {
  const { payload, qos, expiresMs = null, trace } = wish;
  const headers = checkHeaders(wish.headers ?? {});
  bodyText({ payload, headers });
  const { least, most } = busLimits.expiresMs;
  return {
    messageId: checkTaskId("id", wish.messageId),
    topic: checkTopic("topic", wish.topic),
    qos,
    payload,
    headers,
    expiresMs: expiresMs === null ? null : checkWhole("expiresMs", expiresMs, least, most),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** The whole group. @throws EntrainError `invalid-argument` that names the field. */
export function busGroup(wish: Pick<BusGroup, "group" | "pattern"> & Partial<BusGroup>): BusGroup {
  const { leaseMs, tries, lag } = busLimits;
  return {
    group: checkId("group", wish.group),
    pattern: checkPattern("pattern", wish.pattern),
    leaseMs: checkWhole("leaseMs", wish.leaseMs ?? leaseMs.usual, leaseMs.least, leaseMs.most),
    triesMax: checkWhole("triesMax", wish.triesMax ?? tries.usual, 1, tries.most),
    lagMax: checkWhole("lagMax", wish.lagMax ?? lag.usual, 1, lag.most),
  };
}

/** One change of a field: the text is a whole number to add, or the JSON to hold. */
export interface Effect {
  readonly kind: "add" | "set";
  readonly field: string;
  readonly text: string;
}

/** The single changes, in the order in which they are made. @throws EntrainError `invalid-argument` that names the field. */
export function effectList({ add = {}, set = {} }: Effects): readonly Effect[] {
  const { effectsMax, effectMax } = busLimits;
  const added = Object.entries(add).map(([field, by]): Effect => {
    const most = Number.MAX_SAFE_INTEGER;
    return { kind: "add", field, text: String(checkWhole(`effects.add.${field}`, by, -most, most)) };
  });
  const held = Object.entries(set).map(([field, value]): Effect => {
    const text = canonicalJson(value);
    if (text.length > effectMax)
      throw EntrainError.invalid(
        `effects.set.${field}`,
        `JSON of ${text.length} characters`,
        `stay within ${effectMax}`,
      );
    return { kind: "set", field, text };
  });
  const all = [...added, ...held];
  if (all.length > effectsMax)
    throw EntrainError.invalid("effects", `${all.length} of them`, `give ${effectsMax} at most`);
  for (const { field } of all) checkTaskId("effects", field);
  return all;
}
