/** Reports one reading to every agent, and shows what each decided. */
import { useSignal } from "@preact/signals";
import type { ConsoleClient } from "../feed/console-client.ts";
import { askAndTell } from "./confirm.tsx";

/** A form for a reading: a name and a number. */
export function TelemetryForm({ client }: { readonly client: ConsoleClient }) {
  const name = useSignal("temperature");
  const value = useSignal("85");
  const submit = (event: Event): void => {
    event.preventDefault();
    const reading = { [name.value]: Number(value.value) };
    askAndTell({
      question: `Report ${name.value} ${value.value} to every agent?`,
      act: async () => {
        const { decisions, divergence, missing } = await client.report(reading);
        const actions = [...new Set(decisions.map(({ action }) => action))].join(", ");
        const late = missing.length === 0 ? "" : ` No answer in time from ${missing.join(", ")}.`;
        return `${decisions.length} agents decided ${actions || "nothing"}; divergence ${divergence}.${late}`;
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <h3>Telemetry</h3>
      <label>
        Reading{" "}
        <input
          required
          maxLength={100}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <label>
        Value{" "}
        <input
          type="number"
          step="any"
          required
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">Report it</button>
    </form>
  );
}
