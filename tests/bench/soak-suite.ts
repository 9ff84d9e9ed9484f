/** What a soak suite is, and the list of all: many runs of what CI runs a few times. A new suite is a line here. */
import { createRedisStore } from "@entrain/redis";
import { openStoreLab } from "@entrain/testkit/store-lab";
import { createRandom } from "@entrain/kernel";
import { runLossy, sumOf } from "../chaos/bus-losses.ts";
import { runBudgets } from "../chaos/budgets-run.ts";
import { decisionFaultNames } from "../chaos/decision-faults.ts";
import { causeOf, runDecisions } from "../chaos/decisions-run.ts";
import { runDetection } from "../chaos/detection-run.ts";
import { cannotMoveClocks } from "../chaos/faked-clock.ts";
import { runLeadership, type LeadershipRun } from "../chaos/leadership-run.ts";
import { runSessions } from "../chaos/sessions-run.ts";
import { runContextModel } from "../integration/context-model-run.ts";
import { joinContext } from "../integration/context-party.ts";
import { replaySuites } from "./replay-soak.ts";
import { cellOf, type SoakList } from "./soak-list.ts";

/** What one run came to. Numbers are summed over all runs. */
export interface SoakRecord {
  /** From 1; also the run's seed. */
  readonly run: number;
  readonly at: string;
  readonly counts: Readonly<Record<string, number>>;
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
  /** Lines of the suite's list. */
  readonly listed?: readonly string[];
}

/** One suite. */
export interface SoakSuite {
  readonly name: string;
  /** One sentence: what runs, and what must hold. */
  readonly about: string;
  /** How many runs the full figure takes. */
  readonly runs: number;
  /** What is kept besides the sums, line by line. */
  readonly list?: SoakList;
  /** One run; a throw means that it could not be made, and counts as a violation. */
  run(seed: number): Promise<Pick<SoakRecord, "counts" | "violations" | "listed">>;
}

/**
 * The least share of a run's incidents on which somebody has to act on a decision: a run in which agents were alone throughout would
 * violate nothing. Twenty processes on two cores that are killed and cut off come to 0.76.
 */
const decidedShareMin = 0.6;

/** Incidents of all runs over decisions. */
const incidentsInAll = 10_000;

/** Every safe action taken alone (D3), with its cause. */
const safeActsList: SoakList = {
  name: "safe-acts",
  columns: "life,agent,incident,action,at_unix_ms,afterwards,cause",
  total: "safeAlone",
  countOf: (line) => `alone, ${causeOf(line.split(",").at(-1) ?? "")}`,
};

/** Decisions of so many agents, which are given so many incidents a second, in so many runs. */
function decisionsSuite(agents: number, perSecond: number, runs = 10): SoakSuite {
  const incidentsPerRun = incidentsInAll / runs;
  return {
    name: `decisions-${agents}`,
    about:
      `${agents} agents, a process each, meet ${incidentsPerRun.toLocaleString("en")} incidents a run, up to ${perSecond} a second, over a ` +
      "real Redis; a third of them is decided by a reasoner that says something else each time. Meanwhile the leader is " +
      "killed, a follower cut off, Redis killed and restarted, the policy changed and more than half of the agents killed, in " +
      "an order of its own in each run. Each act must be the decision that the ledger holds, or a safe action taken alone " +
      "with its cause; agents meet a fifth of the incidents again later, and must do then what they did; three incidents recur before " +
      "the faults and are open through all of them, and must stay one occurrence each; the ledger, read after each fault, must keep " +
      `every decision (D1 to D3), and ${decidedShareMin * 100} % of the incidents must be decided. Every safe action taken alone is a line of soak-decisions-${agents}-safe-acts.csv.gz.`,
    runs,
    list: safeActsList,
    async run(seed) {
      const random = createRandom(`decisions/${agents}/${seed}`);
      const faults = decisionFaultNames
        .map((name) => ({ name, at: random.next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ name }) => name);
      const outcome = await runDecisions({ agents, incidents: incidentsPerRun, perSecond, faults });
      const { violations, causes, safeActs, agents: _, ...counts } = outcome;
      const alone: Record<string, number> = {};
      for (const [cause, given] of Object.entries(causes)) alone[`alone, ${cellOf(cause)}`] = given;
      const listed = safeActs.map(({ process, agentId, incident, action, atUnixMs, afterwards, cause }) =>
        [process, agentId, incident, action, atUnixMs, afterwards, cause].map(cellOf).join(","),
      );
      const isEnough = outcome.decided >= decidedShareMin * incidentsPerRun;
      const judged = isEnough ? [] : [`only ${outcome.decided} of ${incidentsPerRun} incidents were decided`];
      return { counts: { ...counts, faults: faults.length, ...alone }, violations: [...violations, ...judged], listed };
    },
  };
}

/** Runs over Sentinels and runs with a clock that jumps have their places among the others, for a leadership and for a lock. */
function leadershipFaults(seed: number): Omit<LeadershipRun, "seed"> {
  if (seed % 5 === 3) return { faultCount: 3, store: "sentinels", further: ["kill Redis for good", "kill the leader"] };
  const jump = "set the leader's clock an hour forward, then back";
  if (seed % 5 === 4 && cannotMoveClocks === undefined) return { faultCount: 3, further: [jump] };
  return { faultCount: 4 };
}

/** All suites. */
export const soakSuites: readonly SoakSuite[] = [
  {
    name: "leadership",
    about:
      "Three processes stand for a leadership, report its leader gone where it refuses or falsely, and commit decisions over a " +
      "real Redis while five faults after each other (kill, pause, one-way partition, Redis restart, Redis pause) hit the leader " +
      "or the store. In every fifth run the store is a set that Sentinels watch, whose primary is killed for good; in every " +
      "fifth the leader's clock jumps by an hour. The history of each run, stubborn effects of deposed leaders included, must be linearizable (L1 to L5, S1, D1).",
    runs: 200,
    async run(seed) {
      const { seed: _, faults, violations, ...counts } = await runLeadership({ seed, ...leadershipFaults(seed) });
      return { counts: { ...counts, faults: faults.length }, violations };
    },
  },
  {
    name: "detection",
    about:
      "Five processes whose event loops are blocked 8 of every 10 ms at random are watched for a minute a run, 30 minutes in " +
      "all: nobody may be taken for dead, neither by probes nor by its heartbeats. Then one is killed and must be found.",
    runs: 30,
    async run() {
      const { falseDeaths, suspicions } = await runDetection({ watchedMs: 60_000, deadAfterMs: 3_000 });
      const violations = falseDeaths === 0 ? [] : [`${falseDeaths} members were taken for dead and lived`];
      return { counts: { falseDeaths, suspicions }, violations };
    },
  },
  {
    name: "budgets",
    about:
      "Twenty processes take, use, move and give back parts of a tree of budgets of every strategy and policy, and of children " +
      "that are made in it for less than a second, at random over a real Redis, twelve of them directly and eight through two " +
      "coordinators: 10,000 commands a run, while ten processes and one of the coordinators are killed, in every second run Redis " +
      "too, and the live policy changes. What is not answered is sent again under its request id, and so is a twentieth of what was. " +
      "The log is replayed step by step, from checkpoint to checkpoint: B1 to B3 must hold after each, no request may be granted " +
      "twice, and the balance at the end must be exact.",
    runs: 20,
    async run(seed) {
      const size = { processes: 20, remote: 8, coordinators: 2, commands: 10_000, kills: 10 };
      const { violations, ...counts } = await runBudgets({ seed, ...size, restartsRedis: seed % 2 === 0 });
      return { counts, violations };
    },
  },
  {
    name: "bus",
    about:
      "20,000 messages of QoS 1 and as many of QoS 2 a run are published and handled through a proxy that loses a fifth of all frames " +
      "to and from Redis and delays each by 100 ms. Of QoS 1 99.9 % must arrive; of QoS 2 each must count once.",
    runs: 5,
    async run(seed) {
      const messages = 20_000;
      const faults = { lossShare: 0.2, delayMs: 100, withinMs: 600_000 };
      const { qos1, qos2, ...counts } = await runLossy({ seed, messages, ...faults, atOnce: 1_500, consumers: 6 });
      const violations: string[] = [];
      if (qos1.delivered < 0.999 * messages) violations.push(`of QoS 1 ${qos1.delivered} of ${messages} arrived`);
      if (qos2.counted !== messages || qos2.sum !== sumOf(messages))
        violations.push(`of QoS 2 ${qos2.counted} of ${messages} counted, with a sum of ${qos2.sum}`);
      const named = { "QoS 1 arrived": qos1.delivered, "QoS 1 handled": qos1.handled };
      return {
        counts: { ...counts, ...named, "QoS 2 counted": qos2.counted, "QoS 2 handled": qos2.handled },
        violations,
      };
    },
  },
  {
    name: "context",
    about:
      "A history of 100,000 changes of the shared context (merge patches, JSON patches, rollbacks) over a real Redis. The " +
      "store's last document and every version that a follower is told must equal a model's (C1, C3).",
    runs: 1,
    async run(seed) {
      await using lab = await openStoreLab(createRedisStore);
      const { desk, follower } = await joinContext(lab.swarm(), () => undefined);
      using stack = new DisposableStack();
      stack.defer(() => {
        follower.stop();
      });
      const { violations, ...counts } = await runContextModel({
        desk,
        follower,
        seed: `soak-${seed}`,
        changes: 100_000,
      });
      return { counts, violations };
    },
  },
  {
    name: "locks",
    about:
      "Three processes contend for a lock and replace the text that it guards while the same faults come and go, in every " +
      "fifth run over a set that Sentinels watch, whose primary is killed for good, and in every fifth with a holder's clock " +
      "that jumps by an hour. The history of each run, stubborn saves under lost leases included, must be linearizable (L1 to L4, S1).",
    runs: 200,
    async run(seed) {
      const outcome = await runLeadership({ seed, workload: "lock", ...leadershipFaults(seed) });
      const { operations, terms, generations, effectsAccepted, effectsRefused, faults, violations } = outcome;
      const effects = { effectsAccepted, effectsRefused };
      return { counts: { operations, terms, generations, ...effects, faults: faults.length }, violations };
    },
  },
  {
    name: "sessions",
    about:
      "Eight processes do the tasks of four sessions, 2,000 tasks a run of 100 to 500 ms each, and three drive them, over a real " +
      "Redis, while twenty of them are killed at random and started again, every other time a driver. No task may be lost, none " +
      "may count twice, and each session must come to its sum. A takeover is from the kill of a session's owner to its " +
      "successor's first entry in the session's log; of those for which another driver was there all the time 99 in 100 may take 5 s.",
    runs: 5,
    async run(seed) {
      const workMs = { least: 100, most: 500 };
      const run = { seed, workers: 8, drivers: 3, sessions: 4, tasksPerSession: 500, kills: 20, workMs };
      const { violations, takeoversMs, undisturbedMs, ...counts } = await runSessions(run);
      const over = (ms: number, of: readonly number[]): number => of.filter((tookMs) => tookMs > ms).length;
      const late = over(5_000, undisturbedMs);
      const took = {
        "takeovers after a kill": takeoversMs.length,
        "these over 5 s": over(5_000, takeoversMs),
        "takeovers with another driver there": undisturbedMs.length,
        "of these over 2.5 s": over(2_500, undisturbedMs),
        "of these over 5 s": late,
      };
      const judged = late > undisturbedMs.length / 100 ? [`${late} takeovers took more than 5 s`] : [];
      return { counts: { ...counts, ...took }, violations: [...violations, ...judged] };
    },
  },
  ...replaySuites,
  decisionsSuite(5, 100),
  decisionsSuite(20, 50),
  // Fewer runs: the start of fifty processes takes most of a short one.
  decisionsSuite(50, 20, 5),
];
