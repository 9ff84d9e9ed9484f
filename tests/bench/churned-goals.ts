/** The goals that must hold while agents come and go, and how they come and go. */
import type { GoalRequest } from "@entrain/core/rhythm";

/** Each with its name in a row. */
export const churnedGoals: readonly { readonly what: string; readonly goal: GoalRequest }[] = [
  { what: "coherence 0.5", goal: { kind: "coherence", coherence: 0.5, periodMs: 200 } },
  ...[2, 3, 4].map((groups) => ({
    what: `${groups} clusters`,
    goal: { kind: "cluster", groups, periodMs: 200 } as const,
  })),
];

/** `count` times one agent, a pause of `everyMs` before each: joins and crashes in turn. */
export function churn(count: number, everyMs: number) {
  return Array.from({ length: count }, (_, index) => ({
    atMs: everyMs * (index + 1),
    crash: index % 2,
    join: 1 - (index % 2),
  }));
}
