/** Sets the swarm's goal. What the console refuses it explains, with the nearest goal that is possible. */
import { useSignal } from "@preact/signals";
import type { ConsoleClient, GoalRequest } from "../feed/console-client.ts";
import { askAndTell } from "./confirm.tsx";

const kinds = {
  sync: "together",
  spread: "evenly spread",
  cluster: "in groups",
  coherence: "at a chosen coherence",
} as const satisfies Record<GoalRequest["kind"], string>;

/** A form for the goal. */
export function GoalForm({ client }: { readonly client: ConsoleClient }) {
  const kind = useSignal<GoalRequest["kind"]>("sync");
  const periodMs = useSignal("1000");
  const groups = useSignal("2");
  const coherence = useSignal("0.5");
  const submit = (event: Event): void => {
    event.preventDefault();
    const goal: GoalRequest = {
      kind: kind.value,
      periodMs: Number(periodMs.value),
      ...(kind.value === "cluster" ? { groups: Number(groups.value) } : {}),
      ...(kind.value === "coherence" ? { coherence: Number(coherence.value) } : {}),
    };
    askAndTell({
      question: `Have the whole swarm beat ${kinds[goal.kind]}, every ${goal.periodMs} ms?`,
      act: async () => {
        const { goalVersion, effectiveBeat } = await client.setGoal(goal);
        return `Goal ${goalVersion} holds from beat ${effectiveBeat} on.`;
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <h3>Goal</h3>
      <label>
        Agents beat{" "}
        <select
          value={kind.value}
          onChange={(event) => {
            kind.value = event.currentTarget.value as GoalRequest["kind"];
          }}
        >
          {Object.entries(kinds).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <NumberField label="Period, ms" value={periodMs} min="20" max="86400000" step="any" />
      {kind.value === "cluster" && <NumberField label="Groups" value={groups} min="2" max="1000" step="1" />}
      {kind.value === "coherence" && <NumberField label="Coherence" value={coherence} min="0" max="1" step="0.01" />}
      <button type="submit">Set the goal</button>
    </form>
  );
}

function NumberField({
  label,
  value,
  ...limits
}: {
  readonly label: string;
  readonly value: { value: string };
  readonly min: string;
  readonly max: string;
  readonly step: string;
}) {
  return (
    <label>
      {label}{" "}
      <input
        type="number"
        required
        {...limits}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}
