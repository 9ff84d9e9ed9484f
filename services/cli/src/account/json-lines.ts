/**
 * The account for programs: one JSON object per line on stdout. The kinds `service`, `ready`, `status`, `event` and
 * `summary` are a contract; `summary` is the last line.
 */
import type { SwarmView } from "../console/console-views.ts";
import type { Account, AccountEvent } from "./account-event.ts";

/** The object for one event; undefined for what only people care about. */
function toJsonLine(event: AccountEvent): object | undefined {
  switch (event.kind) {
    case "plan":
    case "service":
    case "redis":
      return event;
    case "ready": {
      const { url, afterMs, swarm } = event;
      return { kind: "ready", url, afterMs: Math.round(afterMs), swarmId: swarm.swarmId, ...figures(swarm) };
    }
    case "incident":
      return { kind: "incident", telemetry: event.telemetry, ...event.answer };
    case "status":
      return { kind: "status", sinceReadyMs: Math.round(event.sinceReadyMs), ...figures(event.swarm) };
    case "event": {
      const { type, data } = event.event;
      return { kind: "event", sinceReadyMs: Math.round(event.sinceReadyMs), type, data };
    }
    case "ended": {
      const { name, pid, exit, fromOutside, restartInMs, logFile } = event.event;
      const data = { name, pid, ...exit, fromOutside, restartInMs: restartInMs ?? null, logFile };
      return { kind: "event", sinceReadyMs: Math.round(event.sinceReadyMs), type: "process.ended", data };
    }
    case "summary": {
      const { held, reasons, sinceReadyMs, swarm } = event;
      const known =
        swarm === undefined ? { agents: null, rhythm: null, leader: null, decisions: null } : figures(swarm);
      return { kind: "summary", held, reasons, sinceReadyMs: Math.round(sinceReadyMs), ...known };
    }
    case "note":
    case "coherence":
    case "stopping":
      return undefined;
  }
}

function figures({ agents, rhythm, leader, decisions }: SwarmView): object {
  return { agents, rhythm, leader, decisions };
}

/** Writes the lines. */
export function createJsonAccount(write: (text: string) => void): Account {
  return {
    tell(event) {
      const line = toJsonLine(event);
      if (line !== undefined) write(`${JSON.stringify(line)}\n`);
    },
  };
}
