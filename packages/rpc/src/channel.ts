/**
 * Channels for calls: one per address and security, shared by everyone in the process who calls there.
 *
 * gRPC connects and reconnects by itself, but an attempt that hangs (a host that swallows packets, a paused process)
 * hangs on, for minutes after the host is back. So where calls do not get through we knock (knock.ts), and when somebody
 * answers while gRPC still hangs, the channel is replaced.
 */
import { Client, connectivityState } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";
import { callChannelOptions } from "./channel-options.ts";
import { channelCredentials, type Callee, type Security } from "./credentials.ts";
import { knock } from "./knock.ts";
import { targetOf } from "./listen-address.ts";
import { unidentifiedPeer, type Peer } from "./peer-identity.ts";
import { onMaterialChange, type TlsMaterial, type TlsSource } from "./tls-material.ts";

const knockMs = 1_000;
/** A connection that was replaced is closed after this long, ms: no call waits longer. */
const longestCallMs = 30_000;

/** One user's hold on a channel. */
export interface RpcChannel {
  readonly address: string;
  /** To be asked for at each call. */
  client(): Client;
  connected(): boolean;
  /** Who answered last, by its certificate; whom it is not is not spoken to. */
  peer(): Peer;
  /** A call did not get through. */
  unreached(): void;
  /** Gives the hold up; the last one closes the channel. Idempotent. */
  close(): void;
}

class SharedChannel {
  readonly #address: string;
  readonly #security: Security;
  readonly #callee: Callee;
  readonly #unsubscribe: () => void;
  readonly #closing = new AbortController();
  #client: Client;
  #knocking = false;
  #peer: Peer = nobody;
  holders = 0;

  constructor(address: string, security: Security, callee: Callee) {
    this.#address = address;
    this.#security = security;
    this.#callee = callee;
    this.#client = this.#connect();
    this.#unsubscribe =
      security.tls === undefined ? () => undefined : onMaterialChange(security.tls, () => this.#renew());
  }

  get peer(): Peer {
    return this.#peer;
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
    this.#unsubscribe();
    this.#client.close();
  }

  #state(): connectivityState {
    return this.#client.getChannel().getConnectivityState(false);
  }

  #connect(): Client {
    const credentials = channelCredentials(this.#security, this.#callee, (peer) => {
      if (!(peer instanceof EntrainError)) this.#peer = peer;
    });
    return new Client(targetOf(this.#address), credentials, callChannelOptions);
  }

  /** New certificates: new calls take a new connection; those under way, and observations, end on the old one. */
  #renew(): void {
    const old = this.#client;
    this.#client = this.#connect();
    setTimeout(() => old.close(), longestCallMs).unref();
  }
}

/** Nobody has answered yet. */
const nobody: Peer = { ...unidentifiedPeer, speaksFor: () => false };

/** By the certificates (an object of their own where there are none), then by the address. */
const channels = new WeakMap<TlsMaterial | TlsSource | typeof inTheClear, Map<string, SharedChannel>>();
const inTheClear = {};

/**
 * A hold on the channel to `address`; connects at the first call.
 * @throws EntrainError `invalid-argument` for a malformed address, `invalid-config` for certificates.
 */
export function openChannel(address: string, security: Security, callee: Callee): RpcChannel {
  const key = security.tls ?? inTheClear;
  const byAddress = channels.get(key) ?? new Map<string, SharedChannel>();
  channels.set(key, byAddress);
  const place = `${callee.swarmId} ${callee.role} ${address}`;
  const shared = byAddress.get(place) ?? new SharedChannel(address, security, callee);
  byAddress.set(place, shared);
  shared.holders += 1;
  let held = true;
  return {
    address,
    client: () => shared.client,
    connected: () => shared.connected,
    peer: () => shared.peer,
    unreached: () => void shared.unhang(),
    close() {
      if (!held) return;
      held = false;
      shared.holders -= 1;
      if (shared.holders > 0) return;
      byAddress.delete(place);
      shared.close();
    },
  };
}
