/**
 * Ends a child even when its owner is killed by SIGKILL and can do nothing any more.
 *
 * The guard is a shell that blocks on a pipe whose only other end is in the owner. The kernel closes that end with the
 * owner, however it dies; the guard then ends what it guards, and itself. It lives in its own session, so that a signal
 * to the owner's group does not take it along.
 *
 * Order: the guard is made right after the child, and released (`release`) before the owner lets go of the child's exit,
 * so that the guard never acts on a process id that the system has given to somebody else.
 */
import { spawn } from "node:child_process";

/** What ends with its owner: a process group, or a Docker container. */
export type Guarded =
  | { readonly kind: "group"; readonly pid: number }
  | { readonly kind: "container"; readonly docker: string; readonly name: string };

/** A running guard. */
export interface OwnerGuard {
  /** Ends the guard and leaves what it guarded alone. */
  release(): void;
}

const WAIT_FOR_OWNER = "while read -r _; do :; done; ";
const KILL_GROUP = WAIT_FOR_OWNER + 'kill -s KILL -- "-$1"';
const REMOVE_CONTAINER = WAIT_FOR_OWNER + '"$1" rm --force --volumes "$2"';

/** Starts a guard over `guarded`, owned by this process. */
export function guardWithOwner(guarded: Guarded): OwnerGuard {
  const script =
    guarded.kind === "group"
      ? [KILL_GROUP, "entrain-guard", String(guarded.pid)]
      : [REMOVE_CONTAINER, "entrain-guard", guarded.docker, guarded.name];
  const guard = spawn("/bin/sh", ["-c", ...script], { stdio: ["pipe", "ignore", "ignore"], detached: true, cwd: "/" });
  // Without a shell there is no guard; the ordinary ways to stop the child still work.
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return {
    release: () => {
      guard.kill("SIGKILL");
    },
  };
}
