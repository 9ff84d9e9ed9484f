/**
 * What a process does with directives: carries them out in the name of each of its agents, and, while it leads, settles those
 * whose deadline is over and tells of targets that are lacking, and of members that were missing.
 */
import { randomUUID } from "node:crypto";
import { checkId, createRandom, EntrainError, optionsOf } from "@entrain/kernel";
import { complianceOf, lackingIn, type Directive } from "@entrain/core/decision";
import type { Clock } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import {
  anyAction,
  createDirectiveSettler,
  createDirectiveWorker,
  systemTimers,
  type ActionHandler,
} from "@entrain/runtime";
import type { EscalationEvent, Off } from "./agent-emitter.ts";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { flagOf } from "./option-kinds.ts";

/** How an action is carried out. */
export interface ActionOptions {
  /**
   * Whether an attempt whose outcome is not known, for its process died, or that has thrown, is followed by another (default true;
   * make the handler do nothing where its `key` was seen). False: at most one attempt, and the agent refuses after it.
   */
  readonly repeatable?: boolean;
}

/** The directives of a process, with their life. */
export interface HostDirectives {
  onAction(action: string, handler: ActionHandler, options?: ActionOptions): Off;
  start(): void;
  stop(drainMs: number): Promise<void>;
}

/** Nothing is asked of the store before `start`. */
export function createHostDirectives(surroundings: {
  readonly options: ResolvedHostOptions;
  readonly store: RedisStore;
  readonly clock: Clock;
  readonly isLeader: () => boolean;
  readonly onEscalation: (event: EscalationEvent) => void;
}): HostDirectives {
  const { options, store, clock, isLeader, onEscalation } = surroundings;
  const { agentIds, events, processId } = options;
  const shared = { timers: systemTimers, random: createRandom(`directives of ${processId}`), events };
  const worker = createDirectiveWorker({
    ...{ ...shared, store: store.directives, health: store.health, clock, agentIds },
    watchDecisions: (onDecision) => store.ledger.watch(onDecision),
    newRun: randomUUID,
  });
  const settler = createDirectiveSettler({
    ...{ ...shared, store: store.directives, isLeader },
    onSettled(directive) {
      const event = escalationOf(directive);
      if (event.lacking.length + event.missing.length > 0) onEscalation(event);
    },
  });

  return {
    onAction(action, handler, how = {}) {
      if (action !== anyAction) checkId("action", action);
      optionsOf(how, ["repeatable"], "give { repeatable }, or leave it out");
      const repeatable = flagOf("repeatable", how.repeatable, true);
      if (typeof handler !== "function") throw EntrainError.invalid("handler", handler, "give a function");
      const offs = agentIds.map((agentId) => worker.add(agentId, action, { handler, repeatable }));
      const off = (): void => {
        for (const end of offs) end();
      };
      return Object.assign(off, { [Symbol.dispose]: off });
    },
    start() {
      worker.start();
      settler.start();
    },
    async stop(drainMs) {
      settler.stop();
      await worker.stop(drainMs);
    },
  };
}

function escalationOf(directive: Directive): EscalationEvent {
  const { incidentId, decisionId, action, targets, missing } = directive;
  return {
    ...{ incidentId, decisionId, action },
    met: directive.outcome === "met",
    targets: targets.length,
    done: complianceOf(directive).done,
    lacking: lackingIn(directive).map(({ agentId, state, note, attempts }) => ({ agentId, state, note, attempts })),
    missing,
  };
}
