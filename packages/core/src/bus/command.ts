/** What the bus is asked for, and what comes of it; see bus-book.ts for the rules. */
import type { TraceCarrier } from "@entrain/kernel";
import type { BusGroup, Effect, HeldMessage, Publication } from "./message.ts";

/** Whose message it is: a consumer answers for an entry with the token under which it was handed to it. */
export interface Holding {
  readonly group: string;
  readonly consumer: string;
  readonly entry: string;
  readonly token: number;
}

/** A change of the bus. */
export type BusCommand =
  /** Makes a group, or gives it other bounds; its pattern stays. */
  | { readonly kind: "open"; readonly group: BusGroup }
  | { readonly kind: "publish"; readonly message: Publication }
  | { readonly kind: "take"; readonly group: string; readonly consumer: string; readonly max: number }
  | ({ readonly kind: "renew" } & Holding)
  | ({ readonly kind: "acknowledge"; readonly effects: readonly Effect[] } & Holding)
  | ({ readonly kind: "fail"; readonly cause: string; readonly again: boolean; readonly delayMs: number } & Holding)
  | { readonly kind: "replay"; readonly group: string; readonly letter: string }
  /** Removes the group with all that it holds. */
  | { readonly kind: "drop"; readonly group: string };

/** A message that died while messages were being taken. */
export interface Death {
  readonly messageId: string;
  readonly topic: string;
  readonly attempts: number;
  readonly cause: string;
  /** The message's publication; absent where nothing is traced. */
  readonly trace?: TraceCarrier;
}

/** What comes of a command. */
export type BusOutcome =
  | { readonly kind: "opened" }
  /** The group has another pattern. */
  | { readonly kind: "differs"; readonly pattern: string }
  | { readonly kind: "too-many-groups" }
  | { readonly kind: "published"; readonly groups: number }
  /** Published before under this id, of QoS 2. */
  | { readonly kind: "repeated" }
  /** The id stands for another message of QoS 2. */
  | { readonly kind: "reused" }
  /** This group lags too far; null: too many ids are known. Nothing was published. */
  | { readonly kind: "full"; readonly group: string | null }
  | {
      readonly kind: "taken";
      readonly messages: readonly HeldMessage[];
      readonly dead: readonly Death[];
      /** When something that waits is due, ms from now; null where nothing waits. */
      readonly nextInMs: number | null;
    }
  | { readonly kind: "unknown-group" }
  | { readonly kind: "renewed" }
  | { readonly kind: "acknowledged" }
  /** A field holds no whole number to add to, or there would be too many fields: nothing was changed. */
  | { readonly kind: "unfit"; readonly field: string }
  | { readonly kind: "waiting" }
  | { readonly kind: "dead" }
  /** It is not this holder's: another has it, or it is acknowledged or dead. */
  | { readonly kind: "lost" }
  | { readonly kind: "replayed" }
  | { readonly kind: "unknown-letter" }
  | { readonly kind: "dropped"; readonly messages: number };
