/**
 * The scalars of the API, each with its unit. One description per scalar serves three readers: TypeScript (the static
 * type), the validator of requests and tests, and the OpenAPI document.
 */
import { Type, type TSchema } from "typebox";

/** A number that may be unknown: then it is null, never absent and never 0. */
export const numberOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ["number", "null"], description });

/** An integer that may be unknown. */
export const integerOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ["integer", "null"], description });

/** A text that may be unknown. */
export const textOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ["string", "null"], description });

/** An instant. */
export const unixMs = (description: string) => Type.Number({ description: `${description}, Unix ms` });

/** One of a few words. */
export const oneOf = <const Words extends readonly string[]>(words: Words, description: string) =>
  Type.Unsafe<Words[number]>({ type: "string", enum: [...words], description });

/** Present, and true, where the answer comes from the last known state because Redis is away. */
export const staleMark = Type.Optional(
  Type.Literal(true, { description: "Present where Redis is away: this is the last known state." }),
);

/** Where there is more: the cursor of the next page. */
export const nextCursor = Type.Optional(
  Type.String({ description: "The cursor of the next page, where there is more." }),
);

/** An object without members beyond the described ones. */
export const closedObject = <Members extends Record<string, TSchema>>(members: Members, description?: string) =>
  Type.Object(members, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
