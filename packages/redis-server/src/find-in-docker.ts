/**
 * Second step of the search: a local Docker engine that answers and has the image, or can pull it. A remote engine is
 * passed over: neither its 127.0.0.1 nor its file system is ours.
 */
import { executablesNamed } from "./find-on-path.ts";
import type { StepOutcome } from "./redis-server-plan.ts";
import { runCommand } from "./run-command.ts";

/** The image that Entrain runs in containers. */
export const REDIS_IMAGE = "redis:8-trixie";

const PULL_TIMEOUT_MS = 180_000;

interface DockerInfo {
  readonly ServerVersion?: string;
  readonly SecurityOptions?: readonly string[] | null;
}

/** Asks the engine of `env` (PATH, DOCKER_HOST, DOCKER_CONTEXT). */
export async function findInDocker(
  env: NodeJS.ProcessEnv,
  onProgress: (text: string) => void,
  signal?: AbortSignal,
): Promise<StepOutcome> {
  const [docker] = await executablesNamed("docker", env);
  if (docker === undefined) return skipped("no docker on the PATH");
  const host = env["DOCKER_HOST"] ?? "";
  if (/^(tcp|ssh|https?):/.test(host)) return skipped("DOCKER_HOST names a remote engine");

  const info = await runCommand(docker, ["info", "--format", "{{json .}}"], { env, signal });
  const engine = info.ok ? parseInfo(info.stdout) : undefined;
  if (!engine?.ServerVersion) return skipped("the Docker engine does not answer");

  const present = await runCommand(docker, ["image", "inspect", REDIS_IMAGE], { env, signal });
  if (!present.ok) {
    onProgress(`pulling ${REDIS_IMAGE} with Docker…`);
    const pulled = await runCommand(docker, ["pull", "--quiet", REDIS_IMAGE], {
      timeoutMs: PULL_TIMEOUT_MS,
      env,
      signal,
    });
    if (!pulled.ok) return skipped(`the image ${REDIS_IMAGE} cannot be pulled (${pulled.failure})`);
  }
  return {
    kind: "plan",
    plan: { kind: "container", source: "docker", docker, image: REDIS_IMAGE, user: containerUser(engine) },
  };
}

/** In a rootless engine the container's root is the caller; elsewhere numbers mean the same inside and outside. */
function containerUser(engine: DockerInfo): string {
  const rootless = engine.SecurityOptions?.some((option) => option.includes("rootless")) ?? false;
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return rootless ? "0:0" : `${String(uid)}:${String(gid)}`;
}

function parseInfo(text: string): DockerInfo | undefined {
  try {
    return JSON.parse(text) as DockerInfo;
  } catch {
    return undefined;
  }
}

function skipped(reason: string): StepOutcome {
  return { kind: "skipped", reason };
}
