/** Descriptions of routes for the validator and the OpenAPI document. */
import type { TSchema } from "typebox";
import { problemSchema } from "../contract/requests.ts";

/** A JSON answer. */
export function answers(description: string, schema: TSchema) {
  return { description, content: { "application/json": { schema } } };
}

/** A text answer of another media type. */
export function answersText(description: string, mediaType: string) {
  return { description, content: { [mediaType]: { schema: { type: "string" } } } };
}

/** A refusal. */
export function refuses(description: string) {
  return { description, content: { "application/problem+json": { schema: problemSchema } } };
}

/** What any route may answer instead. */
export const anyProblem = { default: refuses("A problem.") };
