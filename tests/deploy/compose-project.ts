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
}

/** The tag of the images that tests build. */
export const testTag = "test";

/** Builds the images, and starts the project after what is left of an earlier one was removed. */
export async function startCompose({ project, port, agents }: ComposeOptions): Promise<ComposeProject> {
  const env = { CONSOLE_PORT: String(port), IMAGE_TAG: testTag, SWARM_NAME: "under-test", PERIOD: "500ms" };
  const compose = (...args: string[]) => docker(["compose", "--project-name", project, ...args], env);
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
