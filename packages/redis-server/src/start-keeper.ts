/**
 * The supervisor's side of a kept server: finds a server, has a keeper keep it, and replaces a keeper that was killed.
 *
 * Who ends whom: the server ends by its keeper, or with the keeper by the guard; the keeper ends when this process does,
 * because its control pipe closes. A new keeper starts only after the old one's server group was killed, on the same
 * folder and port, so that clients just reconnect.
 */
import { resolve as resolvePath } from "node:path";
import { useFirstPlan } from "./find-redis-server.ts";
import type { FindRedisServerOptions, SkippedSource } from "./find-redis-server.ts";
import { spawnKeeper } from "./keeper-process.ts";
import type { KeeperProcess } from "./keeper-process.ts";
import type { KeeperEvent, KeeperRequest, ServerAddress } from "./keeper-protocol.ts";
import { RedisServerError } from "./redis-server-error.ts";
import type { RedisServerPlan } from "./redis-server-plan.ts";
import { restartDelayMs, STABLE_LIFE_MS, waitUnless } from "./restart-delay.ts";
import { removeContainer, signalGroup } from "./server-process.ts";

export interface StartKeeperOptions {
  /** Holds the append-only file, configuration and logs; made if missing, never deleted. */
  readonly dir: string;
  /** 0 (the default): a free one, which then stays. */
  readonly port?: number;
  readonly password?: string;
  readonly config?: Readonly<Record<string, string>>;
  /** How to search; its `signal` also ends a start under way. */
  readonly find?: FindRedisServerOptions;
  /** Longest wait, at the end, for other clients to go. Default 2,500 ms. */
  readonly drainMs?: number;
  /** Hears all that the keeper says, and `keeper-died`. */
  readonly onEvent?: (event: KeeperEvent | KeeperDied) => void;
}

/** The keeper was killed; a `ready` of its successor follows. */
export interface KeeperDied {
  readonly kind: "keeper-died";
}

export interface RedisKeeper extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly plan: RedisServerPlan;
  readonly skipped: readonly SkippedSource[];
  /** Present server process (for a container, its `docker run`); undefined while it is being started again. */
  readonly serverPid: number | undefined;
  /** Present keeper process; undefined while it is being started again. */
  readonly keeperPid: number | undefined;
  /** Calls back whenever the server runs again after a death; gives a function that ends this. */
  onRestart(listener: (address: ServerAddress) => void): () => void;
  /** Lets other clients go, ends the server and the keeper. Idempotent. */
  stop(): Promise<void>;
}

/** What a stop may take beyond the wait for other clients. */
const STOP_TIMEOUT_MS = 12_000;

/** @throws RedisServerError `not-found` with one sentence of what to install, or `aborted`. */
export async function startKeeper(options: StartKeeperOptions): Promise<RedisKeeper> {
  const { find = {}, drainMs = 2_500 } = options;
  const dir = resolvePath(options.dir);
  const { plan, skipped, value } = await useFirstPlan(find, async (candidate) => {
    const { password, config } = options;
    const tried = new Supervision(
      { plan: candidate, dir, port: options.port ?? 0, password, config, drainMs },
      options,
    );
    await tried.begin(find.signal);
    return tried;
  });
  return {
    url: value.first.url,
    port: value.first.port,
    plan,
    skipped,
    get serverPid() {
      return value.server?.pid;
    },
    get keeperPid() {
      return value.keeper?.pid;
    },
    onRestart: (listener) => {
      value.listeners.add(listener);
      return () => {
        value.listeners.delete(listener);
      };
    },
    stop: () => value.stop(),
    [Symbol.asyncDispose]: () => value.stop(),
  };
}

/** The chain of keepers over one folder and port. */
class Supervision {
  readonly listeners = new Set<(address: ServerAddress) => void>();
  server: ServerAddress | undefined;
  keeper: KeeperProcess | undefined;
  #request: KeeperRequest;
  readonly #options: StartKeeperOptions;
  #first: ServerAddress | undefined;
  #failure = "the keeper ended without a word; its keeper.log tells why";
  #chain: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  #heard: () => void = () => undefined;

  constructor(request: KeeperRequest, options: StartKeeperOptions) {
    this.#request = request;
    this.#options = options;
  }

  get first(): ServerAddress {
    if (this.#first === undefined) throw new RedisServerError("start-failed", "the keeper has not begun");
    return this.#first;
  }

  async begin(signal: AbortSignal | undefined): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#heard = resolve;
    });
    const keeper = await this.#spawn();
    const abort = () => {
      keeper.close();
    };
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    await Promise.race([ready, keeper.exited]);
    signal?.removeEventListener("abort", abort);
    if (signal?.aborted) {
      await keeper.exited;
      throw new RedisServerError("aborted", "the start of the server was ended by its caller");
    }
    if (this.#first === undefined) throw new RedisServerError("start-failed", this.#failure);
    this.#request = { ...this.#request, port: this.#first.port };
    this.#chain = this.#superviseFrom(keeper);
  }

  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      this.keeper?.close();
      const late = setTimeout(() => this.keeper?.kill(), this.#request.drainMs + STOP_TIMEOUT_MS);
      await this.#chain;
      clearTimeout(late);
    }
    await this.#chain;
  }

  async #superviseFrom(firstKeeper: KeeperProcess): Promise<void> {
    let keeper: KeeperProcess | undefined = firstKeeper;
    let shortLives = 0;
    for (;;) {
      const bornAt = performance.now();
      const exit = await keeper?.exited;
      this.keeper = undefined;
      if (exit?.orderly !== true) await this.#endServer();
      this.server = undefined;
      if (this.#stopping.signal.aborted) return;
      this.#options.onEvent?.({ kind: "keeper-died" });
      shortLives = performance.now() - bornAt < STABLE_LIFE_MS ? shortLives + 1 : 0;
      const waitMs = restartDelayMs(Math.max(0, shortLives - 1));
      if (!(await waitUnless(this.#stopping.signal, waitMs))) return;
      keeper = await this.#spawn().catch(() => undefined);
    }
  }

  async #spawn(): Promise<KeeperProcess> {
    const keeper = await spawnKeeper(this.#request, (event) => {
      this.#hear(event);
    });
    this.keeper = keeper;
    // A stop that came while there was no keeper to close.
    if (this.#stopping.signal.aborted) keeper.close();
    return keeper;
  }

  #hear(event: KeeperEvent): void {
    switch (event.kind) {
      case "ready":
      case "restarted": {
        this.server = event;
        const again = this.#first !== undefined;
        this.#first ??= event;
        this.#heard();
        if (again) for (const listener of this.listeners) listener(event);
        break;
      }
      case "died":
        this.server = undefined;
        break;
      case "failed":
        this.#failure = event.reason;
        break;
      case "restart-failed":
        break;
    }
    this.#options.onEvent?.(event);
  }

  /** After a keeper's death its guard ends the server as well; two make sure of it. */
  async #endServer(): Promise<void> {
    const { server } = this;
    const { plan } = this.#request;
    if (server === undefined) return;
    if (server.container !== undefined && plan.kind === "container")
      await removeContainer(plan.docker, server.container);
    else signalGroup(server.pid, "SIGKILL");
  }
}
