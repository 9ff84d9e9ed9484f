/** The newest sessions, each with its steps, which are read when it is opened. */
import { useEffect, useState } from "preact/hooks";
import type { SessionDetail, SessionView } from "../../../src/contract/session-view.ts";
import type { ConsoleClient } from "../feed/console-client.ts";
import type { SwarmFeed } from "../feed/swarm-feed.ts";
import { formatTime } from "./figures.ts";

/** Up to fifty sessions, newest first. */
export function SessionsPanel({ feed, client }: { readonly feed: SwarmFeed; readonly client: ConsoleClient }) {
  const sessions = feed.sessions.value;
  if (sessions === undefined) return <p class="quiet">Reading the sessions…</p>;
  if (sessions.length === 0)
    return <p class="quiet">No session was made yet. A session is a goal that several agents work towards.</p>;
  return (
    <ul class="entries">
      {sessions.map((session) => (
        <li key={session.sessionId}>
          <Session session={session} client={client} />
        </li>
      ))}
    </ul>
  );
}

const toneOf = (state: SessionView["state"]): string =>
  state === "converged" ? "good" : state === "failed" || state === "diverged" ? "bad" : "";

function Session({ session, client }: { readonly session: SessionView; readonly client: ConsoleClient }) {
  const { sessionId, pattern, state, score, cause, createdAt, changedAt, description } = session;
  const [open, setOpen] = useState(false);
  const [detail, setDetail] = useState<SessionDetail | undefined>(undefined);
  useEffect(() => {
    if (!open) return;
    let current = true;
    void client.session(sessionId).then(
      (seen) => {
        if (current) setDetail(seen);
      },
      () => undefined, // It may be gone by now; the list says so.
    );
    return () => {
      current = false;
    };
  }, [open, sessionId, state, changedAt]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong>{description === "" ? sessionId : description}</strong> {pattern} · {formatTime(createdAt)} ·{" "}
        <span class={toneOf(state)}>
          {state}
          {score === null ? "" : `, score ${score.toFixed(0)}`}
        </span>
      </summary>
      {cause === "" ? null : <p>{cause}</p>}
      <p class="quiet">Session {sessionId}</p>
      {detail === undefined ? <p class="quiet">Reading its steps…</p> : <Steps detail={detail} />}
      {detail === undefined || detail.budget === null ? null : <Budget budget={detail.budget} />}
    </details>
  );
}

function Budget({ budget }: { readonly budget: NonNullable<SessionDetail["budget"]> }) {
  const figures = Object.entries(budget.held).map(
    ([resource, held]) => `${budget.consumed[resource] ?? 0} of ${held} ${resource}`,
  );
  return (
    <p class="quiet">
      Budget {budget.budgetId}, {budget.state}: {figures.length === 0 ? "nothing held" : figures.join(", ")} consumed
    </p>
  );
}

function Steps({ detail }: { readonly detail: SessionDetail }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Steps of ${detail.sessionId}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Capability</th>
            <th scope="col">State</th>
            <th scope="col">Agent</th>
          </tr>
        </thead>
        <tbody>
          {detail.steps.map(({ path, capability, state, agentId, cause }) => (
            <tr key={path}>
              <td>{path}</td>
              <td>{capability}</td>
              <td>{cause === "" ? state : `${state}: ${cause}`}</td>
              <td>{agentId ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
