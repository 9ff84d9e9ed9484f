/**
 * Carries one agent from an incident to its decision: drives the core's deciding machine against the ledger and the reasoner.
 * The order of things is the machine's; here each of its questions becomes a call, and each answer, push or instant an
 * input. Whatever the world does, a run settles, at the latest when its budget ends (D1 to D3); an agent that was answered
 * before about this incident has the same answer again then, instead of a safe action.
 */
import { canonicalJson, EntrainError } from "@entrain/kernel";
import type { Leadership } from "@entrain/core/election";
import {
  createDecidingState,
  loneIncidentId,
  nextDecidingTickMs,
  safeVerdict,
  stepDeciding,
  withinBudgetMs,
  type Decision,
  type DecidingEffect,
  type DecidingInput,
  type DecidingOutcome,
  type DecidingState,
  type DecisionInput,
  type DirectiveTerms,
  type Verdict,
} from "@entrain/core/decision";
import type { Proposal } from "@entrain/ports";
import { clearedVerdict, needsVote } from "./cleared-verdict.ts";
import { createProposalTurn, type ProposalTurn } from "./proposal-turns.ts";
import { takeNote } from "./reofferer.ts";
import { askedIncident, type RunOutcome, type RunSurroundings, type RunTask } from "./run-contract.ts";
import { inputOf, safeModeVerdict } from "./run-input.ts";

/** Why a reasoner is told to stop; made once, for a trace of each would cost more than a decision by the rules. */
const made = new EntrainError("cancelled", "the decision is made");

/** Runs to the end; never rejects. */
export function runIncident(surroundings: RunSurroundings, task: RunTask): Promise<RunOutcome> {
  return new IncidentRun(surroundings, task).run();
}

class IncidentRun {
  readonly #around: RunSurroundings;
  #task: RunTask;
  #input: DecisionInput;
  readonly #settled = Promise.withResolvers<RunOutcome>();
  /** Aborts what the reasoner still does when the run is over; most runs adopt and ask none. */
  #over: AbortController | undefined;
  readonly #turn: ProposalTurn;
  #state: DecidingState;
  #incidentId: string | undefined;
  #verdict: Verdict | undefined;
  #directive: DirectiveTerms | undefined;
  #decisionId: string;
  #callOff: (() => void) | undefined;
  #unwatch: (() => void) | undefined;

  constructor(around: RunSurroundings, task: RunTask) {
    const { basis, leadership, leaderKnown, startedMs } = task;
    const { budgetMs } = basis.policy;
    // What reaches the swarm is the leader's to propose: the others leave it that chance for all of their budget.
    const waits = needsVote(task);
    const leaderFirstMs = waits ? budgetMs : basis.policy.leaderFirstMs;
    const { retryMs } = around.timings;
    const commitReserveMs = withinBudgetMs(around.timings.commitReserveMs, budgetMs);
    this.#around = around;
    this.#turn = createProposalTurn(around.turns);
    this.#task = task;
    this.#input = inputOf(task);
    this.#decisionId = around.newId();
    this.#state = createDecidingState({
      startedMs,
      timings: { leaderFirstMs, budgetMs, commitReserveMs, retryMs },
      leads: leadership !== undefined,
      leaderKnown: leaderKnown || waits,
    });
  }

  run(): Promise<RunOutcome> {
    if (this.#task.incidentId !== undefined) this.#watch(this.#task.incidentId);
    this.#apply({ kind: "tick", nowMs: this.#nowMs() });
    return this.#settled.promise;
  }

  #nowMs(): number {
    return this.#around.clock.monoMs();
  }

  #apply(input: DecidingInput): void {
    const { state, effects } = stepDeciding(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    this.#callOff?.();
    const atMs = nextDecidingTickMs(this.#state);
    if (atMs === undefined) return;
    this.#callOff = this.#around.timers.after(Math.max(0, Math.ceil(atMs - this.#nowMs())), () => {
      this.#apply({ kind: "tick", nowMs: this.#nowMs() });
    });
  }

  #carryOut(effect: DecidingEffect): void {
    switch (effect.kind) {
      case "open":
        void this.#open();
        return;
      case "reason":
        // A leader waits for nobody.
        this.#turn.take(this.#state.leads ? undefined : this.#incidentId, () => void this.#reason(effect.untilMs));
        return;
      case "commit":
        void this.#commit(effect.asLeader ? this.#task.leadership : undefined);
        return;
      case "settle":
        this.#settle(effect.outcome);
        return;
    }
  }

  async #open(): Promise<void> {
    const { open, board } = this.#around;
    const { basis, classification, incidentId } = this.#task;
    const what = { fingerprint: classification.fingerprint, ...(incidentId === undefined ? {} : { incidentId }) };
    try {
      const { incident, decision } = await open(what, basis.policy.cooldownMs);
      this.#watch(incident.incidentId);
      const known = decision ?? (await this.#givenBack(board.recall(incident.incidentId)));
      if (known === undefined) this.#apply({ kind: "opened", nowMs: this.#nowMs() });
      else board.post(known);
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** A decision that this process knows and the ledger does not is given back (D4); answers what stands. */
  async #givenBack(known: Decision | undefined): Promise<Decision | undefined> {
    if (known === undefined) return undefined;
    const { ledger } = this.#around;
    const [reoffered] = await ledger.reoffer([known]);
    if (reoffered !== undefined) takeNote(reoffered, this.#around);
    return reoffered?.kind === "replaced" ? reoffered.standing : known;
  }

  /** From now on the incident's decision ends this run, from whomever it is heard. */
  #watch(incidentId: string): void {
    if (this.#state.settled || this.#incidentId !== undefined) return;
    this.#incidentId = incidentId;
    this.#unwatch = this.#around.board.await(incidentId, (decision) => {
      const own = decision.committedBy === this.#task.agentId;
      this.#apply({ kind: "decided", nowMs: this.#nowMs(), decision, own });
    });
  }

  async #reason(untilMs: number): Promise<void> {
    if (this.#isTooOld() && !this.#renewContext()) {
      await this.#lookUp();
      return;
    }
    const safe = safeModeVerdict(this.#task, this.#input);
    if (safe === undefined) {
      const incidentId = this.#incidentId ?? this.#loneId();
      this.#over = new AbortController();
      const attempt = { incidentId, decisionId: this.#decisionId, untilMs, signal: this.#over.signal };
      const { verdict, rests, directive } = await clearedVerdict(this.#around, this.#task, attempt);
      if (this.#state.settled) return;
      this.#verdict = verdict;
      this.#directive = directive;
      this.#input = { ...this.#input, ...rests };
    } else {
      this.#verdict = safe;
    }
    this.#apply({ kind: "reasoned", nowMs: this.#nowMs() });
  }

  #isTooOld(): boolean {
    const { ageMs } = this.#task.context;
    return ageMs === null || ageMs > this.#around.timings.contextStaleMaxMs;
  }

  /** True where the swarm is known well enough by now. */
  #renewContext(): boolean {
    this.#task = { ...this.#task, context: this.#around.contextFor(this.#task) };
    this.#input = inputOf(this.#task);
    return !this.#isTooOld();
  }

  /** Nothing is proposed on a context that is too old; what others have decided by now is adopted all the same. */
  async #lookUp(): Promise<void> {
    const { ledger, board } = this.#around;
    const { ageMs } = this.#task.context;
    try {
      const known = this.#incidentId === undefined ? undefined : await ledger.read(this.#incidentId);
      if (known !== undefined) board.post(known);
      const since = ageMs === null ? "never" : `not for ${Math.round(ageMs)} ms`;
      throw new EntrainError("unavailable", `the swarm's context was read ${since}`);
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  async #commit(fence: Leadership | undefined): Promise<void> {
    const { ledger, board, events } = this.#around;
    try {
      const { decision, stands } = await ledger.commit(this.#proposal(), fence);
      const { agentId } = this.#task;
      events({ kind: "proposal.answered", agentId, incidentId: decision.incidentId, stands });
      board.post(decision);
    } catch (thrown) {
      const { code } = EntrainError.from(thrown);
      if (fence === undefined || code !== "stale-term") {
        this.#failed(thrown);
        return;
      }
      const { agentId } = this.#task;
      events({ kind: "effect.refused", agentId, effect: "commit", term: fence.term, code });
      this.#apply({ kind: "fenced", nowMs: this.#nowMs() });
    }
  }

  /** The same proposal each time: a commit whose answer was lost is repeated, not doubled. */
  #proposal(): Proposal {
    const { agentId, basis } = this.#task;
    return {
      decisionId: this.#decisionId,
      incidentId: this.#incidentId ?? this.#loneId(),
      ...(this.#verdict ?? safeVerdict(basis.policy, "no verdict")),
      contextVersion: basis.contextVersion,
      policyHash: basis.policyHash,
      input: this.#input,
      inputHash: this.#around.sha256Hex(canonicalJson(this.#input)),
      committedBy: agentId,
      ...(this.#directive === undefined ? {} : { directive: this.#directive }),
    };
  }

  #loneId(): string {
    return loneIncidentId(this.#task.classification.fingerprint, this.#decisionId);
  }

  #failed(thrown: unknown): void {
    const { message, retryable } = EntrainError.from(thrown);
    const jitter = this.#around.random.next();
    this.#apply({ kind: "failed", nowMs: this.#nowMs(), message, retryable, jitter });
  }

  #settle(outcome: DecidingOutcome): void {
    this.#unwatch?.();
    this.#over?.abort(made);
    this.#turn.giveBack();
    const placed = this.#incidentId !== undefined;
    if (outcome.source !== "safe-alone") {
      this.#settled.resolve({ ...outcome, placed });
      return;
    }
    const before = this.#around.answers.recall(askedIncident(this.#task, this.#incidentId), this.#nowMs());
    if (before !== undefined) {
      this.#settled.resolve({ ...before, placed, repeatedBecause: outcome.cause });
      return;
    }
    // Its own id: the proposal of the same run may still have reached the ledger.
    this.#decisionId = this.#around.newId();
    this.#verdict = safeVerdict(this.#task.basis.policy, outcome.cause);
    this.#directive = undefined;
    const decision = { ...this.#proposal(), term: 0, committedAtMs: 0 };
    this.#settled.resolve({ decision, source: "safe-alone", placed });
  }
}
