/**
 * Channels for calls: one per address and security, shared by everyone in the process who calls there.
 *
 * gRPC connects and reconnects by itself, but an attempt that hangs (a host that swallows packets, a paused process)
 * hangs on, for minutes after the host is back. So where calls do not get through we knock (knock.ts), and when somebody
 * answers while gRPC still hangs, the channel is replaced.
 */
import { Client, connectivityState } from "@grpc/grpc-js";
import { callChannelOptions } from "./channel-options.ts";
import { channelCredentials, type Security, type TlsMaterial } from "./credentials.ts";
import { knock } from "./knock.ts";
import { targetOf } from "./listen-address.ts";

const knockMs = 1_000;

/** One user's hold on a channel. */
export interface RpcChannel {
  readonly address: string;
  /** To be asked for at each call. */
  client(): Client;
  connected(): boolean;
  /** A call did not get through. */
  unreached(): void;
  /** Gives the hold up; the last one closes the channel. Idempotent. */
  close(): void;
}

class SharedChannel {
  readonly #address: string;
  readonly #security: Security;
  readonly #closing = new AbortController();
  #client: Client;
  #knocking = false;
  holders = 0;

  constructor(address: string, security: Security) {
    this.#address = address;
    this.#security = security;
    this.#client = this.#connect();
  }

  get client(): Client {
    return this.#client;
  }

  get connected(): boolean {
    return this.#state() === connectivityState.READY;
  }

  async unhang(): Promise<void> {
    if (this.#knocking || this.#state() !== connectivityState.CONNECTING) return;
    this.#knocking = true;
    const hanging = this.#client;
    try {
      await knock(this.#address, this.#security, knockMs, this.#closing.signal);
      if (this.#state() !== connectivityState.CONNECTING) return;
      this.#client = this.#connect();
      hanging.close();
    } catch {
      // Nobody is there: gRPC may go on trying.
    } finally {
      this.#knocking = false;
    }
  }

  close(): void {
    this.#closing.abort();
    this.#client.close();
  }

  #state(): connectivityState {
    return this.#client.getChannel().getConnectivityState(false);
  }

  #connect(): Client {
    return new Client(targetOf(this.#address), channelCredentials(this.#security), callChannelOptions);
  }
}

/** By the certificates (an object of their own where there are none), then by the address. */
const channels = new WeakMap<TlsMaterial | typeof inTheClear, Map<string, SharedChannel>>();
const inTheClear = {};

/**
 * A hold on the channel to `address`; connects at the first call.
 * @throws EntrainError `invalid-argument` for a malformed address, `invalid-config` for certificates.
 */
export function openChannel(address: string, security: Security): RpcChannel {
  const key = security.tls ?? inTheClear;
  const byAddress = channels.get(key) ?? new Map<string, SharedChannel>();
  channels.set(key, byAddress);
  const shared = byAddress.get(address) ?? new SharedChannel(address, security);
  byAddress.set(address, shared);
  shared.holders += 1;
  let held = true;
  return {
    address,
    client: () => shared.client,
    connected: () => shared.connected,
    unreached: () => void shared.unhang(),
    close() {
      if (!held) return;
      held = false;
      shared.holders -= 1;
      if (shared.holders > 0) return;
      byAddress.delete(address);
      shared.close();
    },
  };
}
