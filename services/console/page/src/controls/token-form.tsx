/** Asks for the token where the console wants one. It is kept for this tab and sent with every call. */
import { useSignal } from "@preact/signals";
import type { ConsoleClient } from "../feed/console-client.ts";

/** A form for the token. */
export function TokenForm({ client }: { readonly client: ConsoleClient }) {
  const token = useSignal("");
  const submit = (event: Event): void => {
    event.preventDefault();
    client.useToken(token.value.trim());
    location.reload();
  };
  return (
    <form onSubmit={submit} class="token">
      <p>This console answers only those who bring a token.</p>
      <label>
        Token{" "}
        <input
          type="password"
          autoComplete="off"
          required
          value={token.value}
          onInput={(event) => {
            token.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">Use it</button>
    </form>
  );
}
