/** `entrain status`: a running swarm at a glance, from its console. */
import { formatCoherence, formatPpm, formatSpread } from "../account/figures.ts";
import { table } from "../account/table.ts";
import type { AgentView, SwarmView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import type { Command } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = { url: "text", json: "switch" } as const;

export const status: Command = async (argv, world) => {
  const { stdout } = world;
  const flags = readFlags("entrain status", flagTable, argv);
  const console = consoleAt(flags.text("url"), world);
  const [swarm, agents] = await Promise.all([console.swarm(), console.agents()]);
  if (flags.given("json")) stdout.write(`${JSON.stringify({ kind: "status", swarm, agents })}\n`);
  else stdout.write(statusLines(swarm, agents).join("\n") + "\n");
  return exitCodes.done;
};

const leaderText = ({ agentId, term }: SwarmView["leader"]): string =>
  agentId === null ? "nobody" : `${agentId}, term ${term ?? "-"}`;

/** The lines of the account. */
export function statusLines(swarm: SwarmView, agents: readonly AgentView[]): readonly string[] {
  const { rhythm, leader, decisions, store } = swarm;
  const facts: (readonly [string, string])[] = [
    ["swarm", swarm.swarmId],
    ["agents", `${swarm.agents ?? "-"} alive`],
    ["leader", leaderText(leader) + (swarm.stale === true ? " (as last known)" : "")],
    ["rhythm", `${rhythm.strategy ?? "-"}, ${rhythm.converged === true ? "converged" : "not converged"}`],
    ["coherence", formatCoherence(rhythm.coherence)],
    ["spread", formatSpread(rhythm)],
    ["cadence error", formatPpm(rhythm.cadenceErrorPpm)],
    ["decisions", `${decisions.count ?? "-"}, divergence ${decisions.divergence ?? "-"}`],
    ["context", `version ${swarm.context.version ?? "-"}`],
    ["redis", store.up === true ? "answers" : "is away"],
  ];
  const rows = agents.map(({ agentId, state, role, assignedRole, health, load, capabilities, pid, opsUrl }) => [
    agentId,
    state,
    role ?? "-",
    assignedRole ?? "-",
    health === null ? "-" : health.toFixed(2),
    load === null ? "-" : load.toFixed(1),
    capabilities.length === 0 ? "-" : capabilities.join(","),
    String(pid ?? "-"),
    opsUrl ?? "-",
  ]);
  return [
    ...table(facts),
    "",
    ...table([["agent", "state", "role", "assigned", "health", "load", "capabilities", "pid", "ops"], ...rows]),
  ];
}
