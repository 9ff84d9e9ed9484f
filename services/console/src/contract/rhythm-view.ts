/** `GET /api/v1/rhythm`: the swarm's phases and beats, as the console measured them on its own clock (R3). */
import { Type, type Static } from "typebox";
import { closedObject, numberOrNull, oneOf, staleMark, textOrNull, unixMs } from "./scalars.ts";

const shape = {
  kind: oneOf(["sync", "spread", "cluster", "coherence"], "What the phases are to look like."),
  periodMs: Type.Number({ description: "Commanded period, ms of each agent's own monotonic clock." }),
  groups: Type.Optional(Type.Integer({ description: "cluster: how many groups." })),
  coherence: Type.Optional(Type.Number({ description: "coherence: the order parameter to hold, 0..1." })),
  trust: Type.Optional(oneOf(["trusted", "untrusted"], "Whether neighbours' phases are believed; left out: they are.")),
  strategies: Type.Optional(
    Type.Array(Type.String(), { description: "Strategies by name, best first; left out: the defaults of the kind." }),
  ),
};

/** What can be asked for. */
export const possibleGoalSchema = closedObject(shape, "A goal that can be set.");

/** The body of `PUT /api/v1/rhythm/goal`; whether the goal is possible is judged apart. */
export const goalBodySchema = closedObject({
  kind: Type.String({
    maxLength: 100,
    description: "sync, spread, cluster or coherence; or a named goal, such as distribute-load.",
  }),
  periodMs: Type.Optional(
    Type.Number({ description: "Commanded period, ms, 20 to 86,400,000; a named goal has one of its own." }),
  ),
  groups: Type.Optional(Type.Number({ description: "cluster: how many groups (default 2)." })),
  coherence: Type.Optional(Type.Number({ description: "coherence: the order parameter to hold (default 0.5)." })),
  trust: Type.Optional(Type.String({ maxLength: 100, description: "trusted (default) or untrusted." })),
  strategies: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 })),
});

/** The goal record (R4) with its period in ms. */
export const goalSchema = closedObject(
  {
    goalVersion: Type.Integer({ description: "1, 2, 3 …: the highest is in force." }),
    ...shape,
    periodNs: Type.Number({ description: "The period in ns, as it is persisted." }),
    anchorUnixMs: unixMs("Wall-clock instant of beat `anchorBeat`"),
    anchorBeat: Type.Integer(),
    effectiveBeat: Type.Integer({ description: "The first beat of this goal." }),
    periodFromCycle: Type.Optional(
      Type.Number({ description: "The count from which on its period holds, where that is before `effectiveBeat`." }),
    ),
  },
  "The goal that is in force, or about to be.",
);

const members = {
  goal: Type.Unsafe<Static<typeof goalSchema> | null>({ anyOf: [goalSchema, { type: "null" }] }),
  strategy: textOrNull("The strategy that most agents pursue."),
  coherence: numberOrNull("Order parameter R = |Σ e^{iθ}|/N of the alive agents, 0..1."),
  maxGapRatio: numberOrNull("The largest gap between neighbouring phases over 2π/N; 1 is perfectly even."),
  peakLoad: numberOrNull("Most beats in any window of T/60 over the least possible number, ⌈N/60⌉."),
  spreadMs: closedObject(
    { p50: numberOrNull("Median over beats, ms."), p99: numberOrNull("99th percentile over beats, ms.") },
    "Latest minus earliest firing of one beat.",
  ),
  cadenceErrorPpm: numberOrNull("(measured period / commanded period − 1) · 10⁶ on the console's monotonic clock."),
  converged: Type.Boolean({ description: "R3 holds over the whole window, and every alive agent was measured." }),
  convergedAfterMs: numberOrNull("From the goal's effective instant to the start of the first converged window, ms."),
};

/** The rhythm as part of `GET /api/v1/swarm`. */
export const rhythmSchema = closedObject(members, "The rhythm as the console measures it.");

const recoverySchema = closedObject(
  {
    disturbedAt: unixMs("When an agent came, went or was heard again, or when a goal took effect"),
    worst: numberOrNull("The worst order since: the lowest R, or the highest max-gap ratio of a spread."),
    heldAfterMs: numberOrNull("Until the order held, and has held since, ms."),
    convergedAfterMs: numberOrNull("Until the start of the first converged window, ms; then it is over."),
  },
  "A disturbance and what became of it; others that come before it is over are part of it.",
);

/** The answer of `GET /api/v1/rhythm`. */
export const rhythmAnswerSchema = closedObject({
  ...members,
  recoveries: Type.Array(recoverySchema, { description: "The last 16 disturbances, newest first." }),
  stale: staleMark,
});

export type GoalBody = Static<typeof goalBodySchema>;
export type GoalView = Static<typeof goalSchema>;
export type RecoveryView = Static<typeof recoverySchema>;
export type RhythmView = Static<typeof rhythmSchema>;
