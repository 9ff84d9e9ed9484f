/** The shared document as it is, and how it came to be. */
import type { ConsoleClient } from "../feed/console-client.ts";
import type { SwarmFeed } from "../feed/swarm-feed.ts";
import { askAndTell } from "../controls/confirm.tsx";
import { formatTime } from "./figures.ts";

/** The document, its sections folded, and its versions, newest first. */
export function ContextPanel({ feed, client }: { readonly feed: SwarmFeed; readonly client: ConsoleClient }) {
  const context = feed.context.value;
  if (context === undefined) return <p class="quiet">Reading the document…</p>;
  const { version, document } = context;
  const sections = Object.entries(document);
  const rollBack = (toVersion: number): void => {
    askAndTell({
      question: `Make the document what it was in version ${toVersion}? That becomes version ${version + 1}.`,
      act: async () => `The document is in version ${(await client.rollback(toVersion, version)).version}.`,
    });
  };
  return (
    <>
      <p>Version {version}</p>
      {sections.length === 0 && <p class="quiet">The document is empty.</p>}
      {sections.map(([name, value]) => (
        <details key={name}>
          <summary>{name}</summary>
          <pre tabIndex={0}>{JSON.stringify(value, undefined, 2)}</pre>
        </details>
      ))}
      <h3>History</h3>
      <ul class="entries">
        {(feed.versions.value ?? []).map((entry) => (
          <li key={entry.version}>
            <details>
              <summary>
                <strong>{entry.version}</strong> by {entry.author} · {formatTime(entry.at)}
                {entry.reason === "" ? "" : ` · ${entry.reason}`}
              </summary>
              <p class="quiet">Changed: {entry.pointers.join(", ") || "nothing"}</p>
              <pre tabIndex={0}>{JSON.stringify(entry.patch, undefined, 2)}</pre>
              {entry.version !== version && (
                <button
                  type="button"
                  onClick={() => {
                    rollBack(entry.version);
                  }}
                >
                  Roll back to {entry.version}
                </button>
              )}
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}
