/** How far an approved action is propagated: part of `GET /api/v1/decisions`, and the event `directive.settled`. */
import { Type, type Static } from "typebox";
import { complianceOf, lackingIn, type Directive } from "@entrain/core/decision";
import { closedObject, numberOrNull, oneOf, unixMs } from "./scalars.ts";

const states = ["waiting", "begun", "failed", "done", "late", "refused"] as const;

/** A directive as the API tells it. */
export const directiveSchema = closedObject({
  scope: oneOf(["swarm", "fleet"], "How far the action reaches."),
  outcome: oneOf(["open", "met", "missed"], "`met`: enough targets carried it out in time."),
  targets: Type.Integer({ description: "Members that it goes to." }),
  done: Type.Integer({ description: "Those of them that carried it out in time." }),
  compliance: Type.Number({ description: "Their share, 0..1." }),
  complianceMin: Type.Number({ description: "The share that is enough, 0..1." }),
  dueAt: unixMs("The deadline, Redis's clock"),
  settledAt: numberOrNull("When it was judged, Redis's clock, Unix ms; null while it is open."),
  lacking: Type.Array(
    closedObject({
      agentId: Type.String(),
      state: oneOf(states, "`late`: carried it out after the deadline; `refused`: will not; `waiting`: has not begun."),
      attempts: Type.Integer(),
      note: Type.String({ description: "Why it failed or refused; empty where it said nothing." }),
    }),
    { description: "The others: once the directive is settled, those to look after." },
  ),
  missing: Type.Array(Type.String(), {
    description:
      "Members that were missing when it was proposed: it does not go to them, and they are no part of the share.",
  }),
});

export type DirectiveView = Static<typeof directiveSchema>;

/** The directive as it stands. */
export function directiveView(directive: Directive): DirectiveView {
  const { scope, outcome, complianceMin, dueAtMs, settledAtMs, missing, targets } = directive;
  const { done, share } = complianceOf(directive);
  const lacking = lackingIn(directive).map(({ agentId, state, attempts, note }) => ({
    agentId,
    state,
    attempts,
    note,
  }));
  const counts = { targets: targets.length, done, compliance: share, complianceMin };
  return { scope, outcome, ...counts, dueAt: dueAtMs, settledAt: settledAtMs, lacking, missing: [...missing] };
}
