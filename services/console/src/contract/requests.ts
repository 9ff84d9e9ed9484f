/** Query strings, and the form of every error. */
import { Type, type Static } from "typebox";
import { possibleGoalSchema } from "./rhythm-view.ts";
import { closedObject } from "./scalars.ts";

/** Most entries of one page. */
const limitMax = 1_000;

/** Paging of lists. */
export const pagingSchema = closedObject({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limitMax, description: "Entries at most (default 100)." })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000, description: "`next` of the page before." })),
});

/** Which events to stream. */
export const eventsQuerySchema = closedObject({
  types: Type.Optional(Type.String({ maxLength: 1_000, description: "Names, separated by commas; all but beat." })),
});

/** An error, RFC 9457. */
export const problemSchema = closedObject(
  {
    type: Type.String({ description: "about:blank: the status says what kind of problem it is." }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "What is wrong and what to do about it." }),
    code: Type.Optional(Type.String({ description: "Entrain's error code, for programs." })),
    currentVersion: Type.Optional(Type.Integer({ description: "412: the present version of the shared document." })),
    oldestVersion: Type.Optional(Type.Integer({ description: "410: the oldest version that is kept." })),
    line: Type.Optional(Type.Integer({ description: "Line in the text at `pointer` that does not parse, from 1." })),
    column: Type.Optional(Type.Integer({ description: "Column in that line, from 1." })),
    nearest: Type.Optional(possibleGoalSchema),
    pointer: Type.Optional(Type.String({ description: "JSON Pointer to what is wrong in the body, or in the query." })),
  },
  "RFC 9457 problem details.",
);

export type PagingQuery = Static<typeof pagingSchema>;
export type EventsQuery = Static<typeof eventsQuerySchema>;
export type Problem = Static<typeof problemSchema>;
