/** The agents as a table that can be sorted and paged through. */
import { useSignal } from "@preact/signals";
import type { AgentView } from "../../../src/contract/agent-view.ts";
import type { SwarmFeed } from "../feed/swarm-feed.ts";
import { formatPeriod, formatPlain, formatRatio, formatTime, formatUnits } from "./figures.ts";

interface Column {
  readonly name: string;
  readonly text: (agent: AgentView) => string;
  readonly order: (agent: AgentView) => number | string;
}

const columns: readonly Column[] = [
  { name: "Agent", text: ({ agentId }) => agentId, order: ({ agentId }) => agentId },
  { name: "State", text: ({ state }) => state, order: ({ state }) => state },
  { name: "Role", text: ({ role }) => role, order: ({ role }) => role },
  {
    name: "Assigned",
    text: ({ assignedRole }) => formatPlain(assignedRole),
    order: ({ assignedRole }) => assignedRole ?? "",
  },
  { name: "Health", text: ({ health }) => health.toFixed(2), order: ({ health }) => health },
  { name: "Load", text: ({ load }) => load.toFixed(1), order: ({ load }) => load },
  { name: "Phase, rad", text: ({ phaseRad }) => formatRatio(phaseRad), order: ({ phaseRad }) => phaseRad ?? -1 },
  { name: "Period", text: ({ periodMs }) => formatPeriod(periodMs), order: ({ periodMs }) => periodMs ?? -1 },
  { name: "Energy", text: ({ energy }) => formatUnits(energy), order: ({ energy }) => energy ?? -1 },
  { name: "Strategy", text: ({ strategy }) => formatPlain(strategy), order: ({ strategy }) => strategy ?? "" },
  { name: "Last beat", text: ({ lastBeatAt }) => formatTime(lastBeatAt), order: ({ lastBeatAt }) => lastBeatAt ?? 0 },
  {
    name: "Capabilities",
    text: ({ capabilities }) => capabilities.join(", "),
    order: ({ capabilities }) => capabilities.join(),
  },
  { name: "Process", text: ({ host, pid }) => `${host} ${pid}`, order: ({ host, pid }) => `${host} ${pid}` },
];

const pageSize = 50;
const byText = new Intl.Collator(undefined, { numeric: true });

/** All agents of the last ten minutes. */
export function AgentsTable({ feed }: { readonly feed: SwarmFeed }) {
  const sorting = useSignal<{ readonly column: Column | undefined; readonly down: boolean }>({
    column: columns[0],
    down: false,
  });
  const page = useSignal(0);
  const agents = feed.agents.value;
  if (agents === undefined) return <p class="quiet">Reading the agents…</p>;
  if (agents.length === 0) return <p class="quiet">No agent has joined this swarm in the last ten minutes.</p>;
  const { column, down } = sorting.value;
  const sorted = column === undefined ? agents : agents.toSorted((a, b) => (down ? -1 : 1) * compare(column, a, b));
  const last = Math.ceil(sorted.length / pageSize) - 1;
  const shown = Math.min(page.value, last);
  const sortBy = (next: Column): void => {
    sorting.value = { column: next, down: column === next && !down };
  };
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of agents">
        <table>
          <thead>
            <tr>
              {columns.map((each) => (
                <th
                  key={each.name}
                  scope="col"
                  aria-sort={each === column ? (down ? "descending" : "ascending") : "none"}
                >
                  <button
                    type="button"
                    onClick={() => {
                      sortBy(each);
                    }}
                  >
                    {each.name}
                    <span aria-hidden="true">{each === column ? (down ? " ▼" : " ▲") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(shown * pageSize, (shown + 1) * pageSize).map((agent) => (
              <tr key={`${agent.agentId} ${agent.incarnation}`} class={agent.state}>
                {columns.map((each) => (
                  <td key={each.name}>{each.text(agent)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {last > 0 && (
        <nav class="pages" aria-label="Pages of agents">
          <button
            type="button"
            disabled={shown === 0}
            onClick={() => {
              page.value = shown - 1;
            }}
          >
            Earlier
          </button>
          <span>
            {shown + 1} of {last + 1}
          </span>
          <button
            type="button"
            disabled={shown === last}
            onClick={() => {
              page.value = shown + 1;
            }}
          >
            Later
          </button>
        </nav>
      )}
    </>
  );
}

function compare({ order }: Column, a: AgentView, b: AgentView): number {
  const [one, other] = [order(a), order(b)];
  return typeof one === "number" && typeof other === "number"
    ? one - other
    : byText.compare(String(one), String(other));
}
