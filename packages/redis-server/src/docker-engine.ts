/**
 * Whether a Docker engine answers, asked cheaply: one HTTP request to its socket, no program started.
 */
import { request } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";

const PING_TIMEOUT_MS = 1_000;

/** Pings the engine of DOCKER_HOST, else those at the usual sockets. */
export async function dockerAnswers(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  for (const target of targets(env)) {
    if (await ping(target)) return true;
  }
  return false;
}

type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number };

function targets(env: NodeJS.ProcessEnv): Target[] {
  const dockerHost = env["DOCKER_HOST"];
  if (dockerHost !== undefined && dockerHost !== "") {
    if (dockerHost.startsWith("unix://")) return [{ socketPath: dockerHost.slice("unix://".length) }];
    if (!URL.canParse(dockerHost)) return [];
    const url = new URL(dockerHost);
    return url.protocol === "tcp:" ? [{ host: url.hostname, port: Number(url.port || 2375) }] : [];
  }
  const sockets = ["/var/run/docker.sock", join(env["HOME"] ?? homedir(), ".docker", "run", "docker.sock")];
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  if (runtimeDir !== undefined) sockets.push(join(runtimeDir, "docker.sock"));
  return sockets.map((socketPath) => ({ socketPath }));
}

function ping(target: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ ...target, path: "/_ping", timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => {
      resolve(false);
    });
    asked.end();
  });
}
