/** What a bench suite is, and the list of all. A new suite is a file of its own and a line here. */
import type { Figure } from "./figure.ts";
import { batchingSuite } from "./batching.ts";
import { busSuite } from "./bus.ts";
import { decisionLinkSuite } from "./decision-link.ts";
import { decisionMemorySuite } from "./decision-memory.ts";
import { decisionLatencySuite } from "./decision-latency.ts";
import { contextSuite } from "./context-push.ts";
import { decisionsSuite } from "./decisions.ts";
import { detectionSuite } from "./detection.ts";
import { failoverSuite } from "./failover.ts";
import { membersSuite } from "./members.ts";
import { pageSuite } from "./page.ts";
import { rateSuites } from "./rate.ts";
import { rhythmSimSuite } from "./rhythm-sim.ts";
import { rhythmLargeSuites } from "./rhythm-sim-large.ts";
import type { Samples } from "./samples.ts";
import { scheduleSuite } from "./schedule.ts";
import { swarmSpreadSuite } from "./swarm-spread.ts";
import { swarmSuites } from "./swarm.ts";
import { tasksSuite } from "./tasks.ts";

/** What the command line says. */
export interface BenchOptions {
  /** How often a suite that hits processes kills one (default 20). */
  readonly kills: number;
  /** For what takes long to collect; without them all at hand, nothing is yielded. */
  readonly samples: Samples;
}

/** One suite. */
export interface Suite {
  readonly name: string;
  /** One sentence: what is measured, against what. */
  readonly about: string;
  /** Measures; figures come as soon as they are there. `say` is for progress, and goes to stderr. */
  measure(say: (line: string) => void, options: BenchOptions): AsyncIterable<Figure>;
}

/** All suites, in the order in which they run. */
export const suites: readonly Suite[] = [
  rhythmSimSuite,
  ...rhythmLargeSuites,
  decisionsSuite,
  decisionLatencySuite,
  decisionLinkSuite,
  decisionMemorySuite,
  contextSuite,
  pageSuite,
  ...rateSuites,
  scheduleSuite,
  batchingSuite,
  failoverSuite,
  detectionSuite,
  membersSuite,
  ...swarmSuites,
  swarmSpreadSuite,
  busSuite,
  tasksSuite,
];
