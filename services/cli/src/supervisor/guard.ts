/**
 * Ends the swarm's processes when the supervisor was killed by SIGKILL and can do nothing any more.
 *
 * A service ends by itself when its control channel closes, but one that hangs or is paused by SIGSTOP hears nothing.
 * The guard is a shell that blocks on a pipe whose only other end is in the supervisor; the kernel closes that end with
 * the supervisor, however it dies. Order then: paused process groups go on, all get the time to end by themselves, those
 * left get SIGKILL, the private data goes. The guard lives in a session of its own, so a signal to the supervisor's group does
 * not take it along; if somebody kills the guard itself, another takes its place.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";

/** Watches over process groups; each is named by the pid of its leader. */
export interface Guard {
  readonly pid: number | undefined;
  watch(groupPid: number): void;
  forget(groupPid: number): void;
  /** Ends the guard and touches nothing; resolves when it is gone. */
  release(): Promise<void>;
}

/** Time for services to end by themselves after the supervisor's death. */
const graceTenths = 25;

const script = `
# A zombie is gone: its reaper is somebody else, and may take its time.
alive() {
  kill -s 0 -- "-$1" 2>/dev/null || return 1
  state=""
  [ -r "/proc/$1/stat" ] && read -r _ _ state _ <"/proc/$1/stat"
  [ "$state" != Z ]
}
groups=""
while read -r op pid; do
  others=""
  for group in $groups; do [ "$group" = "$pid" ] || others="$others $group"; done
  groups=$others
  [ "$op" = watch ] && groups="$groups $pid"
done
# Who is paused hears nothing.
for group in $groups; do kill -s CONT -- "-$group" 2>/dev/null; done
left=$2
while [ "$left" -gt 0 ]; do
  others=""
  for group in $groups; do alive "$group" && others="$others $group"; done
  groups=$others
  [ -z "$groups" ] && break
  sleep 0.1
  left=$((left - 1))
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
left=20
while [ -n "$1" ] && [ -e "$1" ] && [ "$left" -gt 0 ]; do
  rm -rf -- "$1" 2>/dev/null
  [ -e "$1" ] && sleep 0.1
  left=$((left - 1))
done
`;

/**
 * Starts a guard over nothing yet.
 * @param privateDir removed after the groups are gone
 */
export function startGuard(privateDir: string): Guard {
  const watched = new Set<number>();
  let released = false;
  let shell: ChildProcess & { stdin: Writable };

  const say = (line: string) => shell.stdin.write(`${line}\n`);
  const begin = (): void => {
    shell = spawn("/bin/sh", ["-c", script, "entrain-guard", privateDir, String(graceTenths)], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: "/",
    });
    // A guard that died breaks the pipe; its exit tells. Without a shell there is no guard, and all else still works.
    shell.stdin.on("error", () => undefined);
    shell.on("error", () => {
      released = true;
    });
    shell.once("exit", () => {
      if (!released) begin();
    });
    for (const pid of watched) say(`watch ${pid}`);
  };
  begin();

  return {
    get pid() {
      return shell.pid;
    },
    watch(groupPid) {
      watched.add(groupPid);
      say(`watch ${groupPid}`);
    },
    forget(groupPid) {
      watched.delete(groupPid);
      say(`forget ${groupPid}`);
    },
    async release() {
      if (released) return;
      released = true;
      const gone = once(shell, "exit");
      shell.kill("SIGKILL");
      await gone;
    },
  };
}
