/** Suspicions of members in Redis: see lua/report-members.lua and refute-suspicion.lua. */
import { EntrainError } from "@entrain/kernel";
import type { SuspicionStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import { membersCommandKeys } from "./registry.ts";

/** Members in one command. */
const batchMax = 250;

/** The suspicions of a swarm. */
export function createSuspicionStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  /** Silence after which members of this process are dead, ms. */
  readonly deadAfterMs: number;
}): SuspicionStore {
  const { keys, commands, deadAfterMs } = options;
  const memberKeys = membersCommandKeys(keys);
  const channel = keys.channels.membership;
  return {
    async report({ reporter, vote, needed, validMs, members }) {
      if (!(Number.isSafeInteger(needed) && needed >= 2))
        throw EntrainError.invalid("needed", needed, "give a whole number from 2: no process buries another alone");
      if (!(validMs > 0 && validMs < Infinity))
        throw EntrainError.invalid("validMs", validMs, "give a time above 0 ms");
      let buried = 0;
      for (let at = 0; at < members.length; at += batchMax) {
        const lives = members
          .slice(at, at + batchMax)
          .flatMap(({ agentId, incarnation, refutations }) => [agentId, incarnation, refutations]);
        const head = [channel, reporter.agentId, reporter.incarnation, vote, needed, Math.ceil(validMs)];
        const reply = await commands.run("report-members", [...memberKeys, keys.memberVotes], [...head, ...lives]);
        buried += Math.max(0, Number(reply));
      }
      return buried;
    },
    async refute({ agentId, incarnation, refutations }) {
      const args = [channel, agentId, incarnation, refutations, deadAfterMs];
      return Number(await commands.run("refute-suspicion", memberKeys, args)) === 1;
    },
  };
}
