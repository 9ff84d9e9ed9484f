/** Roles in Redis: see lua/sample-members.lua and assign-roles.lua. */
import type { RoleStore, SampledMember } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import { electionKeys, swarmElection } from "./election-store.ts";
import type { StoreKeys } from "./keys.ts";
import { membersCommandKeys, memberStateFrom } from "./registry.ts";

/** Changes in one command. */
const batchMax = 250;

/** The roles of a swarm. */
export function createRoleStore(options: { readonly keys: StoreKeys; readonly commands: CommandPlane }): RoleStore {
  const { keys, commands } = options;
  const { record } = electionKeys(keys, swarmElection);
  const assignKeys = [...membersCommandKeys(keys), record];
  return {
    async sample() {
      const reply = await commands.run("sample-members", [keys.memberBeats, keys.memberStates], []);
      const [now, beats, states] = reply as readonly [string, readonly string[], readonly string[]];
      return states.map((text, index) => {
        return sampledFrom(beats[2 * index] ?? "", text, Number(beats[2 * index + 1]), Number(now));
      });
    },
    async assign(held, changes) {
      const fence = [held.agentId, held.incarnation, held.term, held.generation];
      const changed: string[] = [];
      for (let at = 0; at < changes.length; at += batchMax) {
        const batch = changes
          .slice(at, at + batchMax)
          .flatMap(({ agentId, incarnation, from, to }) => [agentId, incarnation, from, to]);
        const reply = await commands.run("assign-roles", assignKeys, [keys.channels.membership, ...fence, ...batch]);
        changed.push(...(reply as readonly string[]));
      }
      return changed;
    },
  };
}

function sampledFrom(agentId: string, stateText: string, heardAt: number, nowMs: number): SampledMember {
  const { incarnation, risk = 0, role = "standby", roleSinceMs, suspect = false } = memberStateFrom(stateText);
  // A clock that went back since says nothing of how long it has been: then it was long enough.
  const heldMs = roleSinceMs === undefined || roleSinceMs > nowMs ? Infinity : nowMs - roleSinceMs;
  return { agentId, incarnation, role, heldMs, suspect, risk, heardAt };
}
