/** `GET /api/v1/context`: the shared document. */
import { Type } from "typebox";
import { closedObject, staleMark } from "./scalars.ts";

/** The answer of `GET /api/v1/context`; version 0 with an empty document before there is one. */
export const contextAnswerSchema = closedObject({
  version: Type.Integer({ description: "+1 for each change." }),
  document: Type.Object({}, { description: "The document's sections." }),
  stale: staleMark,
});
