/** A Docker engine through its command: whether one answers, whether it has what an image is made of, and calls of it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const root = path.join(import.meta.dirname, "..", "..");
const answerWithinMs = 5_000;
const pullWithinMs = 120_000;

/** What a call of the command wrote, and its exit code. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Why nothing can be built and run here; false where it can. Images that are missing are pulled. CI has twenty minutes: what
 * is `tooLongForCi` runs outside of it alone.
 */
export function whyNoDocker(images: readonly string[], { tooLongForCi = false } = {}): string | false {
  const call = (timeout: number, ...args: string[]) => spawnSync("docker", args, { timeout, encoding: "utf8" });
  const version = call(answerWithinMs, "version", "--format", "{{.Server.Version}}");
  if (version.status !== 0) return "no Docker engine answers";
  if (tooLongForCi && process.env["CI"] !== undefined) return "too long for CI; `npm test -- deploy` runs it";
  if (call(answerWithinMs, "compose", "version").status !== 0) return "docker compose is not installed";
  const missing = images.filter((image) => call(answerWithinMs, "image", "inspect", image).status !== 0);
  const unreachable = missing.filter((image) => call(pullWithinMs, "pull", "--quiet", image).status !== 0);
  return unreachable.length === 0 ? false : `the engine has no ${unreachable.join(", ")} and cannot pull it`;
}

/** Runs `docker ARGS` at the root of the repository to its end, whatever that is. */
export function tryDocker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn("docker", args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

/** The same, and what it wrote to stdout. @throws Error with what it wrote to stderr where it fails */
export async function docker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args, env);
  if (code === 0) return stdout.trim();
  throw new Error(`docker ${args.join(" ")} ended with ${code}: ${stderr.trim().split("\n").slice(-10).join("\n")}`);
}

/**
 * Runs a module, given as its text, in a container that has Node: `folder` says from where its imports are found.
 * @throws Error with what it wrote to stderr where it fails
 */
export async function runInside(id: string, folder: string, module: string, args: readonly string[]): Promise<void> {
  const child = spawn(
    "docker",
    ["exec", "--interactive", "--workdir", folder, id, "node", "--input-type=module", "-", ...args],
    {
      stdio: ["pipe", "ignore", "pipe"],
    },
  );
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(module);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the module in ${id} ended with ${code}: ${stderr.trim()}`);
}
