/** A private etcd (Debian: etcd-server) on loopback, for benches that measure beside it. Its data goes with it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Etcd3 } from "etcd3";
import { waitFor } from "@entrain/testkit/conformance";

/** A running etcd of one node. */
export interface EtcdServer extends AsyncDisposable {
  readonly url: string;
  /** Closed with the server. */
  readonly client: Etcd3;
}

/** Whether there is an etcd on the PATH; says how to get one where there is not. */
export function hasEtcd(say: (line: string) => void): boolean {
  const isThere = spawnSync("etcd", ["--version"]).error === undefined;
  if (!isThere) say("no etcd on the PATH (Debian: etcd-server): there is no peer to compare with");
  return isThere;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/**
 * Starts one.
 *
 * @param flags Beyond its addresses and its folder.
 * @throws Error where it does not answer.
 */
export async function startEtcd(flags: readonly string[] = []): Promise<EtcdServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "entrain-etcd-"));
  const [port, peerPort] = [await freePort(), await freePort()];
  const [url, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const listening = ["--listen-client-urls", url, "--advertise-client-urls", url, "--listen-peer-urls", peerUrl];
  const cluster = ["--initial-advertise-peer-urls", peerUrl, "--initial-cluster", `default=${peerUrl}`];
  const server = spawn("etcd", ["--data-dir", folder, ...listening, ...cluster, ...flags], { stdio: "ignore" });
  const ended = once(server, "exit");
  const client = new Etcd3({ hosts: url });
  const started: EtcdServer = {
    url,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      server.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const doesAnswer = (): Promise<boolean> =>
    client
      .get("anything")
      .exec()
      .then(
        () => true,
        () => false,
      );
  try {
    await waitFor("etcd to answer", doesAnswer, 30_000);
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
  return started;
}
