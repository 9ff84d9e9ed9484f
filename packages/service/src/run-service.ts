/**
 * The life of a service process, the same for all services, so that each main.ts is one call.
 *
 * Order at the start: signals and faults are caught, then the environment is read, then the control channel is opened,
 * then the service starts, then it says that it is ready. Order at the end: its signal aborts, a start under way is
 * waited for, the service stops and drains, the process exits.
 */
import { loadConfig, redacted, type Config, type ServiceName } from "@entrain/config";
import { EntrainError } from "@entrain/kernel";
import { createLogger } from "@entrain/telemetry";
import { openControlChannel, type ControlChannel } from "./control-channel.ts";
import { exitCodes } from "./exit-code.ts";
import { openTracing, type ServiceTracing } from "./open-tracing.ts";
import { ServiceEnding } from "./service-ending.ts";

/** A service that has started. */
export interface RunningService {
  /** Base URL of its /healthz, /readyz and /metrics. */
  readonly opsUrl: string;
  /** host:port of its gRPC server, if it has one. */
  readonly grpcAddress?: string | undefined;
  /** Finishes its work and lets go of everything; called once. */
  stop(): Promise<void>;
}

/** What a service finds around it. */
export interface ServiceSurroundings {
  /** With service, swarmId and pid in every line. */
  readonly logger: ReturnType<typeof createLogger>;
  /** Aborts when the service is to stop, also while it starts. */
  readonly signal: AbortSignal;
  /** Ends the service because of `thrown`: it is told, the service stops, and the exit code says what it was. */
  readonly fail: (thrown: unknown) => void;
}

/** The services that are processes of their own. */
type RunnableService = Exclude<ServiceName, "cli">;

/** Starts a service; what it needs from others at the start has a deadline. */
export type ServiceMain<Service extends RunnableService> = (
  config: Config<Service>,
  surroundings: ServiceSurroundings,
) => Promise<RunningService>;

/**
 * Runs `main` as this process's service; resolves when it is ready or about to end. Never rejects: what goes wrong ends
 * the process with a sentence on stderr and an exit code (see exit-code.ts).
 */
export async function runService<Service extends RunnableService>(
  service: Service,
  main: ServiceMain<Service>,
): Promise<void> {
  const ending = new ServiceEnding(service);
  const words = process.argv.slice(2).join(" ");
  if (words !== "")
    ending.refuse(
      `${JSON.stringify(words)}: it takes no arguments, it reads ENTRAIN_* variables (docs/configuration.md)`,
      exitCodes.usage,
    );
  try {
    const config = loadConfig(service, process.env);
    const { swarmId, logLevel, drainMs, controlFd } = config as Config<RunnableService> & Config<Service>;
    const logger = createLogger({ level: logLevel, base: { service, swarmId, pid: process.pid } });
    ending.configure(logger, drainMs);
    const channel = controlFd === undefined ? undefined : openChannel(controlFd, ending);
    logger.info({ config: redacted(config) }, "starting");

    const tracing = await openTracing(service, process.env);
    const fail = ending.fail.bind(ending);
    const starting = main(config, { logger, signal: ending.signal, fail });
    ending.started(closedWith(starting, tracing));
    const { opsUrl, grpcAddress } = await starting;
    if (ending.signal.aborted) return;
    logger.info({ opsUrl, grpcAddress }, "ready");
    channel?.sayReady({ name: service, opsUrl, ...(grpcAddress === undefined ? {} : { grpcAddress }) });
  } catch (thrown) {
    ending.fail(thrown);
  }
}

/** The service, and what it has recorded of its end after it. */
function closedWith(starting: Promise<RunningService>, tracing: ServiceTracing): Promise<{ stop(): Promise<void> }> {
  const both = starting.then((running) => ({
    async stop() {
      await running.stop();
      await tracing.close();
    },
  }));
  // Who started it is told of a failure.
  both.catch(() => undefined);
  return both;
}

function openChannel(fd: number, ending: ServiceEnding): ControlChannel {
  try {
    const channel = openControlChannel(fd);
    channel.closed.addEventListener("abort", () => {
      ending.stop("the supervisor closed the control channel");
    });
    return channel;
  } catch (thrown) {
    const { message } = EntrainError.from(thrown);
    throw new EntrainError(
      "invalid-config",
      `ENTRAIN_CONTROL_FD is "${fd}": it is no open pipe or socket (${message}); leave it to the supervisor`,
      { field: "ENTRAIN_CONTROL_FD", value: fd, cause: thrown },
    );
  }
}
