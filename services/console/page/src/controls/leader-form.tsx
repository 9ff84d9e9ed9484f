/** Makes the leader give its leadership up. */
import type { ConsoleClient } from "../feed/console-client.ts";
import type { SwarmFeed } from "../feed/swarm-feed.ts";
import { askAndTell } from "./confirm.tsx";

/** Who leads, and a button. */
export function LeaderForm({ feed, client }: { readonly feed: SwarmFeed; readonly client: ConsoleClient }) {
  const leader = feed.swarm.value?.leader.agentId ?? null;
  const resign = (): void => {
    askAndTell({
      question: `Have ${leader ?? "the leader"} give the leadership up? The agents elect the next leader.`,
      act: async () => {
        const { agentId, term } = await client.resign();
        return `${agentId} gave up term ${term}.`;
      },
    });
  };
  return (
    <section>
      <h3>Leader</h3>
      <p>{leader === null ? "Nobody leads." : `${leader} leads.`}</p>
      <button type="button" disabled={leader === null} onClick={resign}>
        Have it resign
      </button>
    </section>
  );
}
