/**
 * A reasoner of the user's own behind `entrain.v1.ReasonerService`: one call a question, and of its answer no more than was
 * agreed. It is no process of the swarm, so it shows an ordinary server certificate, for its host's name, where it has one.
 *
 * An attempt to connect that hangs is replaced when a question fails by it: gRPC's own, at a host that swallows packets, hangs
 * on for minutes after the host is back.
 */
import { ChannelCredentials, Client, connectivityState, Metadata, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { EntrainError } from "@entrain/kernel";
import type { Question, Signal } from "@entrain/ports";
import { callChannelOptions } from "./channel-options.ts";
import type { RpcChannel } from "./channel.ts";
import type { ReasonResponse__Output } from "./gen/entrain/v1/ReasonResponse.ts";
import type { ReasonerServiceDefinition } from "./gen/entrain/v1/ReasonerService.ts";
import type { ProtoGrpcType } from "./gen/reasoner.ts";
import { isLoopback, parseAddress, targetOf } from "./listen-address.ts";
import { unidentifiedPeer } from "./peer-identity.ts";
import { protoDirectory, protoLoading, reasonerProtoFile } from "./proto-files.ts";
import { questionToWire } from "./reasoner-wire.ts";
import { callUnary } from "./unary-call.ts";

/** Longest answer that is read, bytes. */
const answerMax = 65_536;
/** An attempt to connect that takes longer hangs, ms. */
const connectMaxMs = 1_000;

/** Where a reasoner listens. */
export interface ReasonerTarget {
  /** `host:port` or `[ipv6]:port`. */
  readonly address: string;
  /**
   * TLS (default: plain text). `true`: its certificate is of an authority that the system trusts; else PEM texts: `ca` of the
   * authority, `cert` and `key` of the certificate that is shown to it.
   */
  readonly tls?: true | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Sent with each question, e.g. an authorization; over plain text to this host only. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A reasoner's end of the line. */
export interface ReasonerClient {
  /**
   * What it says, unchecked, and what that cost.
   * @throws EntrainError `unavailable`, `deadline-exceeded`, `cancelled` (by the signal alone), or as the reasoner meant it
   */
  ask(question: Question, deadlineMs: number): Promise<{ readonly verdict: object; readonly cost: number }>;
  /** Hangs up; idempotent. */
  close(): void;
}

/**
 * The reasoner at `address`; connects at the first question.
 * @throws EntrainError `invalid-argument` for a malformed address, `invalid-config` that names `tls` or `metadata`
 */
export function createReasonerClient(target: ReasonerTarget): ReasonerClient {
  const channel = openReasonerChannel(target.address, credentialsOf(target));
  const metadata = metadataOf(target);
  const method = reasonerDefinition().Reason;
  return {
    async ask(question, deadlineMs) {
      const { signal } = question;
      try {
        const request = questionToWire(question);
        const answer = await callUnary({ channel, method, request, metadata, deadlineMs, signal });
        const { type, action, confidence, reasoning } = answer;
        return { verdict: { type, action, confidence, reasoning }, cost: costOf(answer) };
      } catch (thrown) {
        throw meantByUs(thrown, signal);
      }
    },
    close: () => channel.close(),
  };
}

let definition: ReasonerServiceDefinition | undefined;

function reasonerDefinition(): ReasonerServiceDefinition {
  const loading = { ...protoLoading, longs: Number, enums: String, includeDirs: [protoDirectory()] };
  definition ??= (loadPackageDefinition(loadSync(reasonerProtoFile, loading)) as unknown as ProtoGrpcType).entrain.v1
    .ReasonerService.service;
  return definition;
}

/** As channels of the swarm are, but held by one. */
function openReasonerChannel(address: string, credentials: ChannelCredentials): RpcChannel {
  const options = { ...callChannelOptions, "grpc.max_receive_message_length": answerMax };
  const connect = (): Client => new Client(targetOf(address), credentials, options);
  let client = connect();
  let [askedMs, closed]: [number | undefined, boolean] = [undefined, false];
  const isIn = (state: connectivityState): boolean => client.getChannel().getConnectivityState(false) === state;
  return {
    address,
    client() {
      // Since when somebody waits for the connection.
      askedMs = isIn(connectivityState.CONNECTING) ? (askedMs ?? performance.now()) : performance.now();
      return client;
    },
    connected: () => isIn(connectivityState.READY),
    peer: () => unidentifiedPeer,
    unreached() {
      if (closed || !isIn(connectivityState.CONNECTING)) return;
      if (askedMs === undefined || performance.now() - askedMs < connectMaxMs) return;
      client.close();
      client = connect();
    },
    close() {
      closed = true;
      client.close();
    },
  };
}

function credentialsOf({ tls }: ReasonerTarget): ChannelCredentials {
  if (tls === undefined) return ChannelCredentials.createInsecure();
  const { ca, cert, key } = tls === true ? {} : tls;
  try {
    return ChannelCredentials.createSsl(bytesOf(ca), bytesOf(key), bytesOf(cert));
  } catch (thrown) {
    const remedy = "give ca, or cert and key, or all of them, as PEM";
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EntrainError("invalid-config", `tls cannot be used (${reason}): ${remedy}`, { field: "tls", remedy });
  }
}

function bytesOf(pem: string | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}

function metadataOf({ address, tls, metadata: given = {} }: ReasonerTarget): Metadata {
  const { host } = parseAddress("address", address);
  if (tls === undefined && !isLoopback(host) && Object.keys(given).length > 0)
    throw wrongMetadata(address, "use tls where metadata is sent beyond this host: it may be secret");
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(given)) {
    try {
      metadata.set(key, value);
    } catch {
      // Which character is wrong is not said: the value may be a secret.
      throw wrongMetadata(key, "give keys and values of gRPC metadata, as visible ASCII");
    }
  }
  return metadata;
}

function wrongMetadata(value: string, remedy: string): EntrainError {
  return new EntrainError("invalid-config", `metadata is wrong at "${value}": ${remedy}`, {
    field: "metadata",
    value,
    remedy,
  });
}

function costOf({ cost }: ReasonResponse__Output): number {
  return cost !== undefined && Number.isFinite(cost) && cost >= 0 ? cost : 1;
}

/** A reasoner that answers "cancelled" to a question that nobody called off has failed. */
function meantByUs(thrown: unknown, signal: Signal): EntrainError {
  const error = EntrainError.from(thrown, "unavailable");
  if (error.code !== "cancelled" || signal.aborted) return error;
  return new EntrainError("unavailable", error.message, { cause: error });
}
