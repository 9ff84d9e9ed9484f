/** The rhythm's goal in Redis (R4): see lua/read-or-create-goal.lua. */
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
    watch: (onGoal) =>
      hub.watch(keys.channels.goal, (message) => {
        onGoal(JSON.parse(message) as GoalRecord);
      }),
  };
}
