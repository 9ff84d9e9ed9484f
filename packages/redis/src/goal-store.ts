/** The rhythm's goal in Redis (R4): see lua/read-or-create-goal.lua and lua/set-goal.lua. */
import type { GoalRecord } from "@entrain/core/rhythm";
import type { GoalStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";

/** The goal store of a swarm. */
export function createGoalStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): GoalStore {
  const { keys, commands, hub } = options;
  return {
    async readOrCreate(initial) {
      const args = [keys.channels.goal, initial.goalVersion, JSON.stringify(initial)];
      return JSON.parse(String(await commands.run("read-or-create-goal", [keys.goal], args))) as GoalRecord;
    },
    async set(goal) {
      const args = [keys.channels.goal, goal.goalVersion, JSON.stringify(goal)];
      const [kind, stored] = (await commands.run("set-goal", [keys.goal], args)) as readonly string[];
      if (kind === "set") return { kind };
      return { kind: "overtaken", by: stored ? (JSON.parse(stored) as GoalRecord) : undefined };
    },
    watch: (onGoal) =>
      hub.watch(keys.channels.goal, (message) => {
        onGoal(JSON.parse(message) as GoalRecord);
      }),
  };
}
