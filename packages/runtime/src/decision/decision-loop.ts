/**
 * The decision loop of one process: telemetry in, one committed decision per incident out, in the name of any number of
 * agents (D1 to D3). It wraps reasoning in the cached global context, the live policy and the ledger.
 *
 * Order of effects in a decision: the context is served, the reading classified, the incident opened, then adopted or
 * proposed. One run per agent and incident: a second question while the first is under way shares its answer. What was
 * decided is the caller's to act on and to report (`decision.acted`): the loop does not know whether the agent acted.
 */
import { checkId, createRandom, EntrainError, type Json } from "@entrain/kernel";
import {
  checkIncidentId,
  checkNumbers,
  checkReading,
  createAnswerMemory,
  createDecisionHistory,
  createFailureWindow,
  createSafeModeClock,
  decisionTimings,
  defaultPolicy,
  fingerprintKey,
  globalContextOf,
  isSafeMode,
  withinBudgetMs,
  type Decision,
  type DecisionRecord,
  type DecisionTimings,
  type GlobalContext,
  type GlobalSnapshot,
  type Observation,
  type Reading,
} from "@entrain/core/decision";
import type { Classification, DecideOutcome, DecideRequest } from "@entrain/ports";
import { agreedAnswer } from "./agreed-answer.ts";
import { ContextKeeper, type ServedContext } from "./context-keeper.ts";
import { createDecisionBoard } from "./decision-board.ts";
import type { DecisionLoop, DecisionLoopOptions, DecisionStats } from "./decision-loop-contract.ts";
import { expectsLeader } from "./expects-leader.ts";
import { runIncident } from "./incident-run.ts";
import { isLocal, runLocally } from "./local-run.ts";
import { lossesOf } from "./lost-acts.ts";
import { createPolicyInUse, observationOf, type PolicyBasis } from "./policy-in-use.ts";
import { createProposalTurns } from "./proposal-turns.ts";
import { createReconciler } from "./reconciler.ts";
import { createReofferer } from "./reofferer.ts";
import { askedIncident, settledBy, type RunOutcome, type RunSurroundings, type RunTask } from "./run-contract.ts";
import { createSharedOpening } from "./shared-opening.ts";
import { createTracedLedger } from "./traced-ledger.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { votersOpinion } from "./voters-opinion.ts";

/**
 * A loop that has not started: no I/O yet.
 * @throws EntrainError `invalid-config` for a wrong timing, `invalid-argument` for a policy that does not compile.
 */
export function createDecisionLoop(options: DecisionLoopOptions): DecisionLoop {
  return new Loop(options);
}

class Loop implements DecisionLoop {
  readonly #options: DecisionLoopOptions;
  readonly #timings: DecisionTimings;
  readonly #policy;
  readonly #keeper;
  readonly #reconciler;
  readonly #reofferer;
  readonly #safeMode = createSafeModeClock();
  readonly #surroundings: RunSurroundings;
  readonly #runs = new Map<string, Promise<RunOutcome>>();
  readonly #history = createDecisionHistory();
  readonly #underWayMax: number;
  #underWay = 0;
  #starting: Promise<void> | undefined;
  #unwatch: readonly (() => void)[] = [];
  #stopped = false;

  constructor(options: DecisionLoopOptions) {
    const { newId, policy: initialPolicy = defaultPolicy } = options;
    this.#options = options;
    this.#underWayMax = options.underWayMax ?? 1_000;
    this.#timings = decisionTimings(options.timings);
    this.#policy = createPolicyInUse({ ...options, initial: initialPolicy });
    this.#keeper = new ContextKeeper({
      ...options,
      timings: this.#timings,
      seed: newId(),
      onRead: (snapshot) => {
        this.#judgeMode(snapshot);
      },
    });
    this.#reconciler = createReconciler({ ...options, seed: newId() });
    const answers = createAnswerMemory(undefined, lossesOf(options));
    const board = createDecisionBoard(undefined, (lost) => answers.lost(lost));
    this.#reofferer = createReofferer({ ...options, board, answers, seed: newId() });
    this.#surroundings = {
      ...options,
      timings: this.#timings,
      ledger: createTracedLedger(options.ledger, options.tracing),
      contextFor: ({ leadership, basis, assignedRole }) =>
        this.#contextOf(this.#keeper.youngest(), leadership !== undefined, basis, assignedRole),
      open: createSharedOpening(options.ledger, options.clock, answers),
      random: createRandom(newId()),
      board,
      answers,
      turns: createProposalTurns(),
      reasonings: createFailureWindow(),
    };
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unwatch of this.#unwatch) unwatch();
    this.#keeper.stop();
    this.#reofferer.stop();
    await Promise.all(this.#runs.values());
    this.#reconciler.stop();
  }

  async decide(request: DecideRequest): Promise<DecideOutcome> {
    const startedMs = this.#nowMs();
    checkId("agentId", request.agentId);
    if (request.incidentId !== undefined) checkIncidentId("incidentId", request.incidentId);
    const reading = checkNumbers(checkReading(request.reading), this.#policy.basis().numberFields);
    this.#admit();
    this.#underWay += 1;
    const deciding = this.#decide({ ...request, reading }, startedMs).finally(() => {
      this.#underWay -= 1;
    });
    return unlessAborted(request.signal, deciding);
  }

  context(_agentId: string, leads: boolean): GlobalContext {
    return this.#contextOf(this.#keeper.serveNow().timed, leads, this.#policy.basis());
  }

  agree(request: DecideRequest, outcome: DecideOutcome): DecideOutcome {
    return agreedAnswer(this.#surroundings, this.#policy.basis(), request, outcome);
  }

  observe(reading: Reading): Observation {
    return observationOf(this.#policy.basis(), reading);
  }

  vote(question: Json, signal: AbortSignal): Promise<"yes" | "no" | undefined> {
    const basis = this.#policy.basis();
    const context = this.#contextOf(this.#keeper.serveNow().timed, false, basis);
    return votersOpinion(this.#surroundings, basis, context, question, signal);
  }

  history(): readonly DecisionRecord[] {
    return this.#history.newest();
  }

  stats(): DecisionStats {
    return {
      reasonerFailureRate: this.#surroundings.reasonings.rate(this.#nowMs()),
      underWay: this.#underWay,
      unreconciled: this.#reconciler.pending(),
    };
  }

  swarmMode(): boolean {
    return this.#policy.basis().swarmMode;
  }

  isWarm(): boolean {
    return this.#keeper.isWarm();
  }

  /** Whether the swarm is in safe mode by what was just read, for whoever looks on; decisions judge for themselves (D2). */
  #judgeMode({ health = 1 }: GlobalSnapshot): void {
    const { policy, swarmMode } = this.#policy.basis();
    const on = swarmMode && isSafeMode(health, policy);
    const { switched, heldMs } = this.#safeMode.judge(this.#nowMs(), on);
    if (heldMs > 0) this.#options.events({ kind: "safe-mode.held", heldMs });
    if (switched) this.#options.events({ kind: "safe-mode.switched", on, health });
  }

  #nowMs(): number {
    return this.#options.clock.monoMs();
  }

  async #start(): Promise<void> {
    const { ledger, context } = this.#options;
    const unwatch = ledger.watch((decision) => {
      this.#surroundings.board.post(decision);
    });
    this.#unwatch = [unwatch, this.#policy.follow(context)];
    this.#reofferer.start();
    await this.#keeper.readNow();
  }

  #admit(): void {
    if (this.#stopped) throw new EntrainError("unavailable", "this decision loop has stopped: ask another one");
    if (this.#underWay < this.#underWayMax) return;
    throw new EntrainError(
      "resource-exhausted",
      `${this.#underWay} decisions are under way, as many as this process takes: ask more slowly, or elsewhere`,
      { field: "underWayMax", value: this.#underWayMax },
    );
  }

  async #decide(request: DecideRequest, startedMs: number): Promise<DecideOutcome> {
    const { agentId, incidentId } = request;
    if (!this.swarmMode()) return this.#answer(agentId, startedMs, await this.#run(request, startedMs), false);
    const known = incidentId === undefined ? undefined : this.#recall(incidentId);
    if (known !== undefined)
      return this.#answer(agentId, startedMs, settledBy(known, agentId), this.#keeper.serveNow().hit);
    const served = await this.#serve(request.reading);
    return this.#answer(agentId, startedMs, await this.#run(request, startedMs, served), served.hit);
  }

  /** The context for a decision. What an agent does alone it does at once: by the context as it is cached, however old. */
  async #serve(reading: Reading): Promise<ServedContext> {
    const basis = this.#policy.basis();
    if (this.#keeper.isWarm() || isLocal(basis.classify(reading))) return this.#keeper.serveNow();
    return this.#keeper.serve(withinBudgetMs(this.#timings.contextWaitMs, basis.policy.budgetMs));
  }

  /** What is remembered of an incident, unless the store may have lost it (D4): then the ledger is asked. */
  #recall(incidentId: string): Decision | undefined {
    return this.#reofferer.settled() ? this.#surroundings.board.recall(incidentId) : undefined;
  }

  #answer(agentId: string, startedMs: number, outcome: RunOutcome, contextHit: boolean): DecideOutcome {
    const { placed: _, ...answer } = outcome;
    this.#surroundings.answers.answered(agentId, answer);
    return this.#remember(agentId, { ...answer, latencyMs: this.#nowMs() - startedMs, contextHit });
  }

  /**
   * Joins the run of this agent on this incident that is under way, or begins it. How it is run is said by the basis that it
   * takes, so that no decision mixes the mode of one version with the policy of another.
   */
  #run(request: DecideRequest, startedMs: number, served?: ServedContext): Promise<RunOutcome> {
    const { agentId, reading, incidentId, leadership, assignedRole = null } = request;
    const basis = this.#policy.basis();
    checkNumbers(reading, basis.numberFields);
    const classification = basis.classify(reading);
    const key = JSON.stringify([
      basis.swarmMode,
      agentId,
      incidentId ?? null,
      fingerprintKey(classification.fingerprint),
    ]);
    const shared = this.#runs.get(key);
    if (shared !== undefined) return shared;
    this.#reportFailures(classification, basis);
    const timed = basis.swarmMode ? (served ?? this.#keeper.serveNow()).timed : undefined;
    const context = this.#contextOf(timed, basis.swarmMode && leadership !== undefined, basis, assignedRole);
    const leaderKnown = expectsLeader(timed, agentId, this.#nowMs());
    const asked = { agentId, reading, incidentId, leadership, assignedRole };
    const started = { ...asked, leaderKnown, basis, classification, context, startedMs };
    const alone = !basis.swarmMode || isLocal(classification);
    const carryOut = alone ? runLocally : runIncident;
    const run = carryOut(this.#surroundings, started).then((outcome) => {
      this.#runs.delete(key);
      if (outcome.source === "safe-alone" && outcome.repeatedBecause === undefined) this.#noteAlone(started, outcome);
      return outcome;
    });
    this.#runs.set(key, run);
    return run;
  }

  #reportFailures({ failures }: Classification, { contextVersion }: PolicyBasis): void {
    for (const { ruleId, message } of failures)
      this.#options.events({ kind: "rule.failed", ruleId, contextVersion, message });
  }

  #contextOf(timed: ServedContext["timed"], leads: boolean, basis: PolicyBasis, role: RunTask["assignedRole"] = null) {
    const { contextMaxAgeMs: maxAgeMs, healthMaxAgeMs } = this.#timings;
    const { contextVersion, policyHash } = basis;
    const { votersMin = 2 } = this.#options;
    const known = { timed, nowMs: this.#nowMs(), maxAgeMs, healthMaxAgeMs, assignedRole: role };
    return globalContextOf({ ...known, leads, contextVersion, policyHash, votersMin });
  }

  /** A safe action taken alone: the agent keeps to it until the ledger says more, and it is compared with that (D3). */
  #noteAlone(task: RunTask, { decision, placed }: RunOutcome): void {
    const { agentId, basis, classification } = task;
    const { decisionId, incidentId, action } = decision;
    const { cooldownMs } = basis.policy;
    const { fingerprint } = classification;
    const actedMs = this.#nowMs();
    const asked = askedIncident(task, placed ? incidentId : undefined);
    this.#surroundings.answers.tookAlone(asked, decision, actedMs);
    this.#reconciler.add({ agentId, decisionId, incidentId, action, placed, fingerprint, cooldownMs, actedMs });
  }

  #remember(agentId: string, outcome: DecideOutcome): DecideOutcome {
    const { decision, source, latencyMs } = outcome;
    const { incidentId, decisionId, action } = decision;
    this.#history.add({ agentId, incidentId, decisionId, action, source, latencyMs });
    return outcome;
  }
}
