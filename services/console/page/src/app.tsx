/** The page: what the swarm does on the left and above, what may be done about it at the end. */
import type { ComponentChildren } from "preact";
import { ConfirmDialog } from "./controls/confirm.tsx";
import { GoalForm } from "./controls/goal-form.tsx";
import { LeaderForm } from "./controls/leader-form.tsx";
import { TelemetryForm } from "./controls/telemetry-form.tsx";
import { TokenForm } from "./controls/token-form.tsx";
import type { ConsoleClient } from "./feed/console-client.ts";
import type { Connection, SwarmFeed } from "./feed/swarm-feed.ts";
import { AgentsTable } from "./panels/agents-table.tsx";
import { BudgetsPanel } from "./panels/budgets-panel.tsx";
import { SessionsPanel } from "./panels/sessions-panel.tsx";
import { ContextPanel } from "./panels/context-panel.tsx";
import { DecisionsPanel } from "./panels/decisions-panel.tsx";
import { Overview } from "./panels/overview.tsx";
import { PhaseCircle } from "./rhythm/phase-circle.tsx";
import { RhythmCharts } from "./rhythm/rhythm-charts.tsx";

const words: Record<Connection, string> = {
  connecting: "connecting…",
  live: "live",
  lost: "no connection; trying again",
  unauthorised: "a token is needed",
};

/** The whole page. */
export function App({ feed, client }: { readonly feed: SwarmFeed; readonly client: ConsoleClient }) {
  const connection = feed.connection.value;
  const swarm = feed.swarm.value;
  return (
    <>
      <header>
        <h1>Entrain</h1>
        <p>{swarm === undefined ? "" : swarm.swarmId}</p>
        <p role="status" class={`connection ${connection}`}>
          {words[connection]}
        </p>
      </header>
      {swarm?.stale === true && (
        <p class="banner" role="alert">
          Redis is away: figures that come from it are the last known ones. The rhythm goes on.
        </p>
      )}
      {connection === "unauthorised" ? (
        <main>
          <TokenForm client={client} />
        </main>
      ) : (
        <main>
          <Panel name="Phases" id="phases">
            <PhaseCircle phases={feed.phases} swarm={feed.swarm} />
          </Panel>
          <Panel name="Swarm" id="swarm">
            <Overview feed={feed} />
          </Panel>
          <Panel name="Rhythm" id="rhythm">
            <RhythmCharts samples={feed.samples} marks={feed.marks} />
          </Panel>
          <Panel name="Decisions" id="decisions">
            <DecisionsPanel feed={feed} />
          </Panel>
          <Panel name="Context" id="context">
            <ContextPanel feed={feed} client={client} />
          </Panel>
          <Panel name="Budgets" id="budgets">
            <BudgetsPanel feed={feed} />
          </Panel>
          <Panel name="Sessions" id="sessions">
            <SessionsPanel feed={feed} client={client} />
          </Panel>
          <Panel name="Controls" id="controls">
            <GoalForm client={client} />
            <TelemetryForm client={client} />
            <LeaderForm feed={feed} client={client} />
          </Panel>
          <Panel name="Agents" id="agents">
            <AgentsTable feed={feed} />
          </Panel>
        </main>
      )}
      <ConfirmDialog />
    </>
  );
}

function Panel({
  name,
  id,
  children,
}: {
  readonly name: string;
  readonly id: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section id={id} class="panel" aria-labelledby={`${id}-name`}>
      <h2 id={`${id}-name`}>{name}</h2>
      {children}
    </section>
  );
}
