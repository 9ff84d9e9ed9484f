/** The newest decisions, each with its reasoning and what every agent did about it. */
import type { DecisionEntryView } from "../../../src/contract/decision-view.ts";
import type { SwarmFeed } from "../feed/swarm-feed.ts";
import { formatTime } from "./figures.ts";

/** Up to fifty decisions, newest first. */
export function DecisionsPanel({ feed }: { readonly feed: SwarmFeed }) {
  const decisions = feed.decisions.value;
  if (decisions === undefined) return <p class="quiet">Reading the decisions…</p>;
  if (decisions.length === 0)
    return <p class="quiet">Nothing was decided yet. Report a reading, and every agent takes one decision about it.</p>;
  return (
    <ul class="entries">
      {decisions.map((decision) => (
        <li key={decision.decisionId}>
          <Decision decision={decision} />
        </li>
      ))}
    </ul>
  );
}

function Decision({ decision }: { readonly decision: DecisionEntryView }) {
  const { decisionId, incidentId, action, type, confidence, reasoning, term, contextVersion, committedAt, acts } =
    decision;
  const different = new Set(acts.map((act) => act.action)).size > 1;
  return (
    <details>
      <summary>
        <strong>{action}</strong> {type.toLowerCase().replaceAll("_", " ")} · {formatTime(committedAt)} ·{" "}
        <span class={different ? "bad" : "good"}>
          {different ? "agents acted differently" : `${acts.length} agents of one mind`}
        </span>
      </summary>
      <p>{reasoning}</p>
      <p class="quiet">
        Incident {incidentId}, decision {decisionId}, confidence {confidence.toFixed(2)}, term {term}, context{" "}
        {contextVersion}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Acts on ${decisionId}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Act</th>
              <th scope="col">How</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {acts.map((act) => (
              <tr key={act.agentId}>
                <td>{act.agentId}</td>
                <td>{act.action}</td>
                <td>{act.source}</td>
                <td>{formatTime(act.at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
