/** The account for people: each event as the lines it is told in. Pure. */
import { formatDuration } from "@entrain/kernel";
import type { InjectionView, SwarmView } from "../console/console-views.ts";
import type { SwarmEvent } from "../console/event-stream.ts";
import type { AccountEvent } from "./account-event.ts";
import { count, formatCoherence, formatElapsed, formatMs, formatPpm, formatSpread, shortId } from "./figures.ts";
import { bar, paint, type Style } from "./style.ts";

const nameWidth = 14;
/** Agents whose decisions are listed one by one. */
const decisionsListed = 8;

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
      return [serviceLine(event)];
    case "coherence":
      return [`  coherence ${formatCoherence(event.value)} ${bar(style, event.value, 20)}`];
    case "ready":
      return readyLines(event, style);
    case "incident":
      return incidentLines(event.telemetry, event.answer, style);
    case "status":
      return [statusLine(event.sinceReadyMs, event.swarm, style)];
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

function serviceLine({ name, pid, opsUrl, grpcAddress, lives }: Extract<AccountEvent, { kind: "service" }>): string {
  const grpc = grpcAddress === undefined ? "" : `, gRPC ${grpcAddress}`;
  return row(name, `pid ${pid}`, opsUrl + grpc + (lives > 1 ? `, start number ${lives}` : ""));
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
  const lines = decisions
    .slice(0, decisionsListed)
    .map(({ agentId, action, decisionId, term, contextVersion, source }) =>
      row(agentId, action, `${shortId(decisionId)}  term ${term ?? "-"}  context ${contextVersion ?? "-"}  ${source}`),
    );
  const verdict = agreement(
    decisions.map((decision) => decision.decisionId),
    divergence,
    style,
  );
  const late = missing.length === 0 ? "" : `; no answer from ${missing.join(", ")}`;
  const unlisted = decisions.length - lines.length;
  if (unlisted > 0) lines.push(`  and ${unlisted} more`);
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

/** Columns of the line of figures, for people whose terminal has 80. */
const columnWidths = [5, 13, 16, 9, 8, 6, 9] as const;

/** What stands above the lines of figures. */
export function statusHeader(style: Style): string {
  return paint(
    style,
    "dim",
    columns(["time", "coherence", "spread p50, p99", "cadence", "leader", "agents", "decisions"]),
  );
}

function statusLine(
  sinceReadyMs: number,
  { rhythm, leader, agents, decisions, store }: SwarmView,
  style: Style,
): string {
  const { coherence, spreadMs, cadenceErrorPpm } = rhythm;
  const away = store.up === false ? `  ${paint(style, "yellow", "Redis is away")}` : "";
  const figures = columns([
    formatElapsed(sinceReadyMs).padStart(columnWidths[0]),
    coherence === null ? "-" : `${bar(style, coherence, 6)} ${formatCoherence(coherence)}`,
    `${formatMs(spreadMs.p50)}, ${formatMs(spreadMs.p99)}`,
    formatPpm(cadenceErrorPpm),
    leader.agentId ?? "nobody",
    String(agents ?? "-"),
    String(decisions.count ?? "-"),
  ]);
  return figures + away;
}

function columns(cells: readonly string[]): string {
  return `  ${cells.map((cell, index) => cell.padEnd(columnWidths[index] ?? 0)).join("  ")}`.trimEnd();
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
  const { name, pid, exit, fromOutside, wasReady, lastWords, logFile, restartInMs } = event;
  const how = exit.signal === null ? `ended with exit code ${exit.code ?? 0}` : `was ended by ${exit.signal}`;
  const fault = fromOutside ? "" : `: ${lastWords ?? "it left no word"} (log: ${logFile})`;
  const stays = wasReady ? "; it stays dead (--restart would start it again)" : "";
  const next = restartInMs === undefined ? stays : `; it is started again in ${formatDuration(restartInMs)}`;
  return `${name} (pid ${pid}) ${how}${fault}${next}`;
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
    ...(rhythm.goal?.kind === "spread" ? [fact("max-gap ratio", rhythm.maxGapRatio?.toFixed(3) ?? "-")] : []),
    fact("spread", formatSpread(rhythm)),
    fact("cadence error", formatPpm(rhythm.cadenceErrorPpm)),
    fact("leader", leaderText(swarm)),
    fact("decisions", `${decisions.count ?? "-"}, ${agreed}`),
    ...verdict,
  ];
}
