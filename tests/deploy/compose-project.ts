/** docker-compose.yml as one project of a test: brought up anew, and taken down with its volumes. */
import { docker } from "./docker.ts";

/** A project that is up. */
export interface ComposeProject extends AsyncDisposable {
  /** What compose calls the network that the services share. */
  readonly network: string;
  /** Of the console, on the host. */
  readonly url: string;
  compose(...args: string[]): Promise<string>;
  /** The ids of the services' containers; of all where none is named. */
  containersOf(...services: string[]): Promise<readonly string[]>;
}

/** What the test chooses. */
export interface ComposeOptions {
  /** A name that no other project of the engine has. */
  readonly project: string;
  readonly port: number;
  readonly agents: number;
  /** True: with the profile `ha`, a second Redis and Sentinels. */
  readonly failover?: boolean;
}

/** The tag of the images that tests build. */
export const testTag = "test";

/** Builds the images, and starts the project after what is left of an earlier one was removed. */
export async function startCompose({
  project,
  port,
  agents,
  failover = false,
}: ComposeOptions): Promise<ComposeProject> {
  const env = {
    CONSOLE_PORT: String(port),
    IMAGE_TAG: testTag,
    SWARM_NAME: "under-test",
    PERIOD: "500ms",
    REDIS_SENTINELS: failover ? "sentinel-1:26379,sentinel-2:26379,sentinel-3:26379" : "none",
  };
  const head = ["compose", "--project-name", project, ...(failover ? ["--profile", "ha"] : [])];
  const compose = (...args: string[]) => docker([...head, ...args], env);
  await compose("down", "--volumes", "--timeout", "2");
  await compose("build", "--quiet");
  await compose("up", "--detach", "--scale", `agent=${agents}`);
  return {
    network: `${project}_swarm`,
    url: `http://127.0.0.1:${port}`,
    compose,
    containersOf: async (...services) => (await compose("ps", "-aq", ...services)).split("\n"),
    async [Symbol.asyncDispose]() {
      await compose("down", "--volumes", "--timeout", "5");
    },
  };
}
