/** The settings of gRPC's channels and servers, with the reasons; see docs of grpc-js for their names. */
import type { ChannelOptions } from "@grpc/grpc-js";

/** How a silent connection is noticed: a ping every `timeMs` that must be answered within `timeoutMs`. */
export interface Keepalive {
  readonly timeMs: number;
  /** Longer than the longest round trip between peers. */
  readonly timeoutMs: number;
}

/**
 * A paused peer is noticed within 3 s, when its last word counts no more; a killed one breaks its stream at once. Both ends ping
 * each stream, so five pings a second were half of what a quiet process did, and answers within 100 ms are not to be had on a
 * host that starts fifty processes: their streams broke and were dialled again until all was calm.
 */
export const rhythmKeepalive: Keepalive = { timeMs: 1_000, timeoutMs: 2_000 };
/** Calls may wait: their deadlines are theirs. */
const callKeepalive: Keepalive = { timeMs: 1_000, timeoutMs: 1_000 };

/** Longest message either way, bytes. */
const messageBytesMax = 1_048_576;
/** Calls at once on one connection. */
const streamsPerConnectionMax = 256;

const everyChannel: ChannelOptions = {
  "grpc.max_receive_message_length": messageBytesMax,
  "grpc.max_send_message_length": messageBytesMax,
  // Members of a swarm talk to each other directly, whatever the environment says of proxies.
  "grpc.enable_http_proxy": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_channelz": 0,
  // Connections are shared by us (channel.ts), so that one that hangs can be replaced.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 2_000,
};

/**
 * For the streams of the rhythm. The retry buffer is off: with it, a write is acknowledged at once, so that there is no
 * back-pressure, and each message costs six times as much.
 */
export function rhythmChannelOptions(keepalive: Keepalive): ChannelOptions {
  return {
    ...everyChannel,
    ...keepaliveOptions(keepalive),
    "grpc.enable_retries": 0,
    "grpc.per_rpc_retry_buffer_size": 0,
  };
}

/** For calls and observations. */
export const callChannelOptions: ChannelOptions = { ...everyChannel, ...keepaliveOptions(callKeepalive) };

/** For servers: they ping, too, so that both ends of a stream notice a paused peer. */
export function serverOptions(keepalive: Keepalive): ChannelOptions {
  return {
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.max_send_message_length": messageBytesMax,
    "grpc.max_concurrent_streams": streamsPerConnectionMax,
    "grpc.enable_channelz": 0,
    ...keepaliveOptions(keepalive),
  };
}

function keepaliveOptions({ timeMs, timeoutMs }: Keepalive): ChannelOptions {
  return { "grpc.keepalive_time_ms": timeMs, "grpc.keepalive_timeout_ms": timeoutMs };
}
