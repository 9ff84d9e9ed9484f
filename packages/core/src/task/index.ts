/** Tasks: work that is claimed, fenced and counted once (P1). */
export type { ClaimRequest, TaskCommand, TaskOutcome } from "./command.ts";
export {
  carryText,
  checkHandoffReason,
  handoffLimits,
  handoffReasons,
  type HandedOver,
  type Handoff,
  type HandoffCommand,
  type HandoffOffer,
  type HandoffReason,
  type HandoffState,
} from "./handoff.ts";
export {
  checkTaskId,
  checkWhole,
  queueOf,
  queuesFor,
  taskDefinition,
  taskLimits,
  taskText,
  type HeldTask,
  type Task,
  type TaskDefinition,
  type TaskState,
  type TaskTarget,
  type TaskWish,
} from "./task.ts";
export { createTaskBook, type TaskBook } from "./task-book.ts";
