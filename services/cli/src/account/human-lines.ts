/** The account for people: each event as the lines it is told in. Pure. */
import { formatDuration } from "@entrain/kernel";
import type { InjectionView, SwarmView } from "../console/console-views.ts";
import type { SwarmEvent } from "../console/event-stream.ts";
import type { AccountEvent } from "./account-event.ts";
import { count, formatCoherence, formatElapsed, formatMs, formatPpm, formatSpread, shortId } from "./figures.ts";
import { bar, paint, type Style } from "./style.ts";

const nameWidth = 14;

/** The lines of one event, without indentation of their own beyond two blanks. */
export function humanLines(event: AccountEvent, style: Style): readonly string[] {
  switch (event.kind) {
    case "plan":
      return planLines(event, style);
    case "note":
      return [`  ${paint(style, "dim", event.text)}`];
    case "redis":
      return [row("redis", event.pid === null ? "" : `pid ${event.pid}`, event.text)];
    case "service":
      return [
        row(event.name, `pid ${event.pid}`, event.opsUrl + (event.lives > 1 ? `, start number ${event.lives}` : "")),
      ];
    case "coherence":
      return [`  coherence ${formatCoherence(event.value)} ${bar(style, event.value, 20)}`];
    case "ready":
      return readyLines(event, style);
    case "incident":
      return incidentLines(event.telemetry, event.answer, style);
    case "status":
      return [`  ${formatElapsed(event.sinceReadyMs).padStart(5)}  ${statusText(event.swarm, style)}`];
    case "event": {
      const text = eventText(event.event);
      return text === undefined
        ? []
        : [`  ${formatElapsed(event.sinceReadyMs).padStart(5)}  ${paint(style, "cyan", text)}`];
    }
    case "ended":
      return [`  ${formatElapsed(event.sinceReadyMs).padStart(5)}  ${paint(style, "yellow", endedText(event.event))}`];
    case "summary":
      return summaryLines(event, style);
    case "stopping":
      return [`  ${event.because}: stopping`];
  }
}

function row(name: string, pid: string, text: string): string {
  return `  ${name.padEnd(nameWidth)}  ${pid.padEnd(11)}  ${text}`.trimEnd();
}

function fact(name: string, text: string): string {
  return `  ${name.padEnd(nameWidth)}  ${text}`;
}

function planLines(event: Extract<AccountEvent, { kind: "plan" }>, style: Style): readonly string[] {
  const { agents, processes, periodMs, goal, swarmId, version } = event;
  const housing =
    processes === agents
      ? agents === 1
        ? "in a process of its own"
        : "a process each"
      : `packed into ${count(processes, "process", "processes")}`;
  return [
    `${paint(style, "bold", "entrain")} ${version}`,
    "",
    `  ${count(agents, "agent")}, ${housing}; goal ${goal}, period ${formatDuration(periodMs)}; swarm ${swarmId}`,
    `  logs in ${event.runDir}/logs`,
    "",
  ];
}

function readyLines(event: Extract<AccountEvent, { kind: "ready" }>, style: Style): readonly string[] {
  const { swarm, url, afterMs } = event;
  return [
    "",
    `  ${paint(style, "green", "ready")} after ${(afterMs / 1_000).toFixed(1)} s: ${count(swarm.agents, "agent")} alive, ${leaderText(swarm)}`,
    `  console: ${paint(style, "bold", url)}`,
    "",
  ];
}

function leaderText({ leader }: SwarmView): string {
  return leader.agentId === null ? "nobody leads" : `${leader.agentId} leads (term ${leader.term ?? "-"})`;
}

function incidentLines(
  telemetry: Readonly<Record<string, number>>,
  { decisions, divergence, missing }: InjectionView,
  style: Style,
): readonly string[] {
  const reading = Object.entries(telemetry).map(([name, value]) => `${name} ${value}`);
  const lines = decisions.map(({ agentId, action, decisionId, term, contextVersion, source }) =>
    row(agentId, action, `${shortId(decisionId)}  term ${term ?? "-"}  context ${contextVersion ?? "-"}  ${source}`),
  );
  const verdict = agreement(
    decisions.map((decision) => decision.decisionId),
    divergence,
    style,
  );
  const late = missing.length === 0 ? "" : `; no answer from ${missing.join(", ")}`;
  return [`  ${reading.join(", ")} reported to every agent:`, ...lines, `  ${verdict}${late}`, ""];
}

function agreement(decisionIds: readonly string[], divergence: number | null, style: Style): string {
  const different = new Set(decisionIds).size;
  if (different === 1 && divergence === 0)
    return paint(
      style,
      "green",
      decisionIds.length === 1 ? "one decision" : `${decisionIds.length} identical decisions`,
    );
  const what = different === 0 ? "no decision" : count(different, "different decision");
  return paint(style, "red", `${what}, divergence ${divergence ?? "unknown"}`);
}

function statusText(swarm: SwarmView, style: Style): string {
  const { rhythm, decisions } = swarm;
  const { coherence } = rhythm;
  const parts = [
    `coherence ${coherence === null ? "-" : `${bar(style, coherence, 10)} ${formatCoherence(coherence)}`}`,
    `spread ${formatMs(rhythm.spreadMs.p50)} (p99 ${formatMs(rhythm.spreadMs.p99)})`,
    `cadence ${formatPpm(rhythm.cadenceErrorPpm)}`,
    swarm.leader.agentId === null ? "nobody leads" : `${swarm.leader.agentId} leads`,
    count(swarm.agents, "agent"),
    count(decisions.count, "decision"),
  ];
  if (swarm.store.up === false) parts.push(paint(style, "yellow", "Redis is away"));
  return parts.join("  ");
}

/** undefined: nothing that a person must be told. */
function eventText({ type, data }: SwarmEvent): string | undefined {
  const agentId = typeof data["agentId"] === "string" ? data["agentId"] : "nobody";
  const term = typeof data["term"] === "number" ? ` in term ${data["term"]}` : "";
  switch (type) {
    case "agent.joined":
      return `${agentId} joined`;
    case "agent.left":
      return `${agentId} left`;
    case "agent.dead":
      return `${agentId} is dead`;
    case "leader.changed":
      return `${agentId} leads${term}`;
    case "goal.changed":
      return "the goal changed";
    case "strategy.switched":
      return `${agentId} switched its strategy from ${text(data["from"])} to ${text(data["to"])}`;
    case "decision.committed":
      return `decision ${text(data["action"])} (${text(data["reasoning"])})`;
    default:
      return undefined;
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "?");

function endedText(event: Extract<AccountEvent, { kind: "ended" }>["event"]): string {
  const { name, pid, exit, fromOutside, lastWords, logFile, restartInMs } = event;
  const how = exit.signal === null ? `ended with exit code ${exit.code ?? 0}` : `was ended by ${exit.signal}`;
  const fault = fromOutside ? "" : `: ${lastWords ?? "it left no word"} (log: ${logFile})`;
  const next =
    restartInMs === undefined
      ? "it stays dead (--restart would start it again)"
      : `it is started again in ${formatDuration(restartInMs)}`;
  return `${name} (pid ${pid}) ${how}${fault}; ${next}`;
}

function summaryLines(event: Extract<AccountEvent, { kind: "summary" }>, style: Style): readonly string[] {
  const { swarm, held, reasons, sinceReadyMs } = event;
  const verdict = held
    ? [`  ${paint(style, "green", "the goal held")}`]
    : [`  ${paint(style, "red", "the goal did not hold")}:`, ...reasons.map((reason) => `    ${reason}`)];
  const head = ["", `  after ${(sinceReadyMs / 1_000).toFixed(1)} s`];
  if (swarm === undefined) return [...head, ...verdict];
  const { rhythm, decisions } = swarm;
  const agreed = decisions.divergence === 0 ? "no divergence" : `divergence ${decisions.divergence ?? "-"}`;
  return [
    ...head,
    fact("coherence", formatCoherence(rhythm.coherence)),
    fact("spread", formatSpread(rhythm)),
    fact("cadence error", formatPpm(rhythm.cadenceErrorPpm)),
    fact("leader", leaderText(swarm)),
    fact("decisions", `${decisions.count ?? "-"}, ${agreed}`),
    ...verdict,
  ];
}
