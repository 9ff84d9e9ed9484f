/** A barrier in Redis: see lua/arrive.lua, depart.lua. */
import type { BarrierStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";

/** The barrier `name`. */
export function createBarrierStore(options: {
  readonly name: string;
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): BarrierStore {
  const { name, keys, commands, hub } = options;
  const { state, waiting, passed } = keys.barrier(name);
  const channel = keys.channels.barrier(name);
  return {
    async arrive({ ticket, parties, highestToken, leaseMs }) {
      const args = [channel, ticket, parties, highestToken, leaseMs];
      const [kind, number] = (await commands.run("arrive", [state, waiting, passed], args)) as [string, string];
      if (kind === "opened") return { kind, token: Number(number) };
      return { kind: "waiting", waiting: Number(number) };
    },
    async depart(ticket) {
      const token = String(await commands.run("depart", [waiting, passed], [ticket]));
      return token === "" ? undefined : Number(token);
    },
    watch: (onHint) =>
      hub.watch(channel, (message) => {
        onHint(Number(message));
      }),
  };
}
