/** The durable part of the bus in Redis (P1): one Lua command per kind of change, over lua/include/bus.lua. */
import { canonicalJson, EntrainError, type Json, type TraceCarrier } from "@entrain/kernel";
import {
  bodyText,
  busLimits,
  type BusCommand,
  type BusGroup,
  type BusOutcome,
  type DeadLetter,
  type Effect,
  type HeldMessage,
  type Holding,
  type Publication,
} from "@entrain/core/bus";
import type { BusStore, GroupFigures } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";
import type { MessageHub } from "./message-hub.ts";

type Fields = readonly string[];

/** The bus of a swarm. */
export function createBusStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): BusStore {
  const { keys, commands, hub } = options;
  const { prefix, busGroups, channels } = keys;
  return {
    apply: async (command) => outcomeFrom(command, await send(options, command)),
    async figures() {
      const reply = await commands.run("read-bus", [busGroups], [prefix]);
      const [groups, counts] = reply as readonly [readonly Fields[], Fields];
      const byName = groups.map(figuresFrom).sort((a, b) => (a.group < b.group ? -1 : 1));
      return { groups: byName, counts: countsFrom(counts) };
    },
    async deadLetters(group, limit, before) {
      const reply = await commands.run("read-dead-letters", [], [prefix, group, before ?? "", limit]);
      return (reply as readonly Fields[]).map(letterFrom);
    },
    async record(group, fields) {
      if (fields.length === 0) return [];
      const reply = await commands.run("read-bus-record", [], [prefix, group, ...fields]);
      return (reply as Fields).map((text) => (text === "" ? null : (JSON.parse(text) as Json)));
    },
    watch: (onQueued) =>
      hub.watch(channels.bus, (message) => {
        onQueued(JSON.parse(message) as Fields);
      }),
  };
}

function send(
  { keys, commands }: { readonly keys: StoreKeys; readonly commands: CommandPlane },
  command: BusCommand,
): Promise<Reply> {
  const { prefix, busGroups, busSeen, busDigests, channels } = keys;
  switch (command.kind) {
    case "open": {
      const { group, pattern, leaseMs, triesMax, lagMax } = command.group;
      const args = [prefix, group, pattern, leaseMs, triesMax, lagMax, busLimits.groupsMax];
      return commands.run("open-group", [busGroups], args);
    }
    case "publish": {
      const { messageId, topic, qos, expiresMs, trace } = command.message;
      const what = [messageId, topic, qos, expiresMs ?? "", bodyText(command.message)];
      const { dedupMs, dedupMax } = busLimits;
      const traced = trace === undefined ? "" : canonicalJson({ ...trace });
      const args = [prefix, channels.bus, ...what, dedupMs, dedupMax, traced];
      return commands.run("publish-message", [busGroups, busSeen, busDigests], args);
    }
    case "take":
      return commands.run("take-messages", [], [prefix, command.group, command.consumer, command.max]);
    case "renew":
      return commands.run("renew-message", [], [prefix, ...holdingArgs(command)]);
    case "acknowledge": {
      const { effectFieldsMax } = busLimits;
      const effects = command.effects.flatMap(({ kind, field, text }: Effect) => [kind, field, text]);
      return commands.run("acknowledge-message", [], [prefix, ...holdingArgs(command), effectFieldsMax, ...effects]);
    }
    case "fail": {
      const { again, delayMs } = command;
      const cause = command.cause.slice(0, busLimits.causeMax);
      const args = [prefix, ...holdingArgs(command), cause, again ? 1 : 0, Math.round(delayMs)];
      return commands.run("fail-message", [], args);
    }
    case "replay":
      return commands.run("replay-message", [], [prefix, channels.bus, command.group, command.letter]);
    case "drop":
      return commands.run("drop-group", [busGroups], [prefix, command.group]);
  }
}

const holdingArgs = ({ group, consumer, entry, token }: Holding) => [group, consumer, entry, token];

function outcomeFrom(command: BusCommand, reply: Reply): BusOutcome {
  const [kind = "", detail = ""] = reply as Fields;
  switch (kind) {
    case "taken":
      return takenFrom(reply as readonly Reply[]);
    case "published":
      return { kind, groups: Number(detail) };
    case "differs":
      return { kind, pattern: detail };
    case "full":
      return { kind, group: detail === "" ? null : detail };
    case "unfit":
      return { kind, field: detail };
    case "dropped":
      return { kind, messages: Number(detail) };
    case "opened":
    case "too-many-groups":
    case "repeated":
    case "reused":
    case "unknown-group":
    case "renewed":
    case "acknowledged":
    case "waiting":
    case "dead":
    case "lost":
    case "replayed":
    case "unknown-letter":
      return { kind };
  }
  throw new EntrainError("internal", `${command.kind} on the bus answered ${kind || "nothing"}`);
}

function takenFrom(reply: readonly Reply[]): BusOutcome {
  const [, leaseMs, nextInMs, taken, dead] = reply as readonly [string, string, string, Fields[], Fields[]];
  return {
    kind: "taken",
    messages: taken.map((fields) => heldFrom(fields, Number(leaseMs))),
    dead: dead.map(([messageId = "", topic = "", attempts, cause = "", traced = ""]) => {
      return { messageId, topic, attempts: Number(attempts), cause, ...traceFrom(traced) };
    }),
    nextInMs: nextInMs === "" ? null : Number(nextInMs),
  };
}

function heldFrom([entry = "", token, attempt, ...rest]: Fields, leaseMs: number): HeldMessage {
  const publishedAtMs = Number(rest[5]);
  return {
    entry,
    token: Number(token),
    attempt: Number(attempt),
    leaseMs,
    message: publicationFrom(rest, rest[6]),
    publishedAtMs,
  };
}

function publicationFrom(
  [messageId = "", topic = "", qos, expiresMs, body = "{}"]: Fields,
  traced: string | undefined,
): Publication {
  const known = { messageId, topic, qos: qos === "2" ? 2 : 1 } as const;
  const { payload, headers } = JSON.parse(body) as Pick<Publication, "payload" | "headers">;
  return { ...known, payload, headers, expiresMs: expiresMs === "" ? null : Number(expiresMs), ...traceFrom(traced) };
}

/** Nothing where nothing was traced. */
function traceFrom(traced = ""): { readonly trace?: TraceCarrier } {
  return traced === "" ? {} : { trace: JSON.parse(traced) as TraceCarrier };
}

function letterFrom([letter = "", ...rest]: Fields): DeadLetter {
  const [publishedAtMs, cause = "", attempts, traced] = rest.slice(5);
  return {
    letter,
    message: publicationFrom(rest, traced),
    cause,
    attempts: Number(attempts),
    publishedAtMs: Number(publishedAtMs),
    // The letter is the id of its entry in a stream, which begins with the instant.
    diedAtMs: Number(letter.split("-")[0]),
  };
}

function figuresFrom([group = "", pattern = "", ...figures]: Fields): GroupFigures {
  const [leaseMs = 0, triesMax = 0, lagMax = 0, lag = 0, begun = 0, deadLetters = 0] = figures.map(Number);
  const spec: BusGroup = { group, pattern, leaseMs, triesMax, lagMax };
  return { ...spec, lag, begun, deadLetters };
}

function countsFrom(flat: Fields): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let at = 0; at < flat.length; at += 2) counts[flat[at] ?? ""] = Number(flat[at + 1]);
  return counts;
}
