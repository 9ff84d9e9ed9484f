/** Asks before something changes the swarm, and tells what came of it. One dialog serves the whole page. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

interface Question {
  readonly question: string;
  /** Does it; answers what to tell. */
  readonly act: () => Promise<string>;
}

type State =
  | { readonly kind: "asking"; readonly question: Question }
  | { readonly kind: "acting"; readonly question: Question }
  | { readonly kind: "told"; readonly text: string; readonly failed: boolean };

const state = signal<State | undefined>(undefined);

/** Opens the dialog. */
export function askAndTell(question: Question): void {
  state.value = { kind: "asking", question };
}

/** The dialog; once per page. */
export function ConfirmDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const present = state.value;
  const open = present !== undefined;
  useEffect(() => {
    if (open && dialog.current?.open === false) dialog.current.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  const close = (): void => {
    state.value = undefined;
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="confirm-text">
      <p id="confirm-text" class={present?.kind === "told" && present.failed ? "bad" : ""} role="status">
        {present === undefined ? "" : present.kind === "told" ? present.text : present.question.question}
      </p>
      <form method="dialog" class="buttons">
        {present?.kind === "told" ? (
          <button type="submit">Close</button>
        ) : (
          <>
            <button type="submit">Leave it</button>
            <button
              type="button"
              class="primary"
              disabled={present?.kind === "acting"}
              onClick={() => {
                if (present?.kind === "asking") void carryOut(present.question);
              }}
            >
              {present?.kind === "acting" ? "At it…" : "Do it"}
            </button>
          </>
        )}
      </form>
    </dialog>
  );
}

async function carryOut(question: Question): Promise<void> {
  state.value = { kind: "acting", question };
  const outcome = await question.act().then(
    (text) => ({ text, failed: false }),
    (thrown: unknown) => ({ text: thrown instanceof Error ? thrown.message : String(thrown), failed: true }),
  );
  state.value = { kind: "told", ...outcome };
}
