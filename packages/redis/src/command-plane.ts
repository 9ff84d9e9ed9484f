/**
 * The connection for commands: one at a time, opened anew forever, each one checked before anything is sent on it.
 *
 * Order on a new connection: sign in, look at the server (version, eviction, role), open the generation (S1), and
 * only then is the store up. Commands while it is down fail at once. A command that is refused for its generation was
 * not carried out, so it is sent once more under the present one.
 */
import { EntrainError } from "@entrain/kernel";
import { createClockWatch } from "./clock-watch.ts";
import { evaluate } from "./evaluate.ts";
import { openingFailure, unavailable } from "./failures.ts";
import type { GenerationKeeper } from "./generation.ts";
import type { Link, Reply } from "./link.ts";
import { openPrimary } from "./open-primary.ts";
import type { StoreSettings } from "./options.ts";
import { createReconnector, type Session } from "./reconnector.ts";
import type { ScriptName, Scripts } from "./scripts.ts";
import { checkServer, parseInfo, readServerInfo, type ServerInfo } from "./server-info.ts";
import { watchLink } from "./watchdog.ts";

/** Runs commands of the present generation. */
export interface CommandPlane {
  connect(): Promise<void>;
  close(): Promise<void>;
  /**
   * Runs a Lua command: the store key and the generation go in front of `keys` and `args`.
   * @throws EntrainError `store-unavailable`, `deadline-exceeded`, `resource-exhausted`, or the command's own refusal.
   */
  run(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply>;
}

interface StoreSession extends Session {
  readonly link: Link;
  /** Looks the generation up again; calls at the same time share one look. */
  refresh(): Promise<void>;
}

/** The command plane of one process; idle before `connect`. */
export function createCommandPlane(options: {
  readonly settings: StoreSettings;
  readonly scripts: Scripts;
  readonly generations: GenerationKeeper;
  readonly onUp: (up: boolean) => void;
  /** By how much Redis's clock (Unix time) is ahead of the monotonic one, ms, as a probe read it. */
  readonly onClock: (aheadMs: number) => void;
}): CommandPlane {
  const { settings, scripts, generations, onUp, onClock } = options;
  const { clock, timers, random, requestTimeoutMs, keys: storeKeys, endpoint } = settings;
  const reconnector = createReconnector<StoreSession>({
    open: (signal) => openSession({ ...settings, onClock }, generations, signal),
    onUp: () => {
      onUp(true);
    },
    onDown: () => {
      onUp(false);
    },
    clock,
    timers,
    random,
  });

  function send(link: Link, name: ScriptName, keys: readonly string[], args: readonly (string | number)[], ms: number) {
    return evaluate(link, scripts[name], [storeKeys.store, ...keys], [generations.token(), ...args], ms);
  }

  return {
    connect: () => reconnector.connect(),
    close: () => reconnector.close(),
    async run(name, keys, args) {
      const session = reconnector.session();
      if (session === undefined) throw unavailable(`Redis at ${endpoint.address} is not connected`);
      const startedMs = clock.monoMs();
      try {
        return await send(session.link, name, keys, args, requestTimeoutMs);
      } catch (thrown) {
        if (EntrainError.from(thrown).code !== "stale-generation") throw thrown;
        await session.refresh();
        const leftMs = Math.max(1, requestTimeoutMs - (clock.monoMs() - startedMs));
        return send(session.link, name, keys, args, leftMs);
      }
    },
  };
}

type ProbedSettings = StoreSettings & { readonly onClock: (aheadMs: number) => void };

async function openSession(
  settings: ProbedSettings,
  generations: GenerationKeeper,
  signal: AbortSignal,
): Promise<StoreSession> {
  const { endpoint, timers, connectionName: name, openTimeoutMs, onWarning, silenceMs } = settings;
  const link = await openPrimary({ ...settings, key: settings.keys.store, name, signal });
  try {
    const server = await readServerInfo(link, openTimeoutMs);
    for (const warning of checkServer(server, link.address, endpoint.route.kind)) onWarning(warning);
    await generations.open(link, server);
    const probe = createProbe(settings, link, server, generations);
    watchLink({ link, timers, silenceMs, probe });
    return createSession(link, server, generations);
  } catch (thrown) {
    const error = openingFailure(thrown);
    link.end(error);
    throw error;
  }
}

function createSession(link: Link, server: ServerInfo, generations: GenerationKeeper): StoreSession {
  let refreshing: Promise<void> | undefined;
  return {
    link,
    ended: link.ended,
    end: (cause) => {
      link.end(cause);
    },
    refresh() {
      refreshing ??= generations.open(link, server).then(
        () => {
          refreshing = undefined;
        },
        (thrown: unknown) => {
          refreshing = undefined;
          throw thrown;
        },
      );
      return refreshing;
    },
  };
}

/** The probe asks what could change under an open connection: the server's part in replication, and its clock. */
function createProbe(settings: ProbedSettings, link: Link, server: ServerInfo, generations: GenerationKeeper) {
  const { clock, clockStepMs, onWarning, onClock } = settings;
  const clockWatch = createClockWatch();
  return async (timeoutMs: number): Promise<void> => {
    const sentMs = clock.monoMs();
    const [info, time] = await Promise.all([
      link.send("info", ["replication"], timeoutMs),
      link.send("time", [], timeoutMs),
    ]);
    const receivedMs = clock.monoMs();
    const replication = parseInfo(info);
    if (replication.get("role") !== server.role || replication.get("master_replid") !== server.replicationId)
      throw unavailable(`Redis at ${link.address} has changed its part in replication`);
    const [seconds, micros] = time as readonly [string, string];
    const storeMs = Number(seconds) * 1_000 + Number(micros) / 1_000;
    onClock(storeMs - (sentMs + receivedMs) / 2);
    const stepMs = clockWatch.observe(sentMs, storeMs, receivedMs);
    if (stepMs <= clockStepMs) return;
    onWarning(`the clock of Redis at ${link.address} jumped by at least ${Math.round(stepMs)} ms`);
    await generations.open(link, server, true);
  };
}
