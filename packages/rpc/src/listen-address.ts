/** Addresses: `host:port`, IPv6 in brackets; as people write them, as gRPC wants them, and whether they are loopback. */
import { isIPv4, isIPv6 } from "node:net";
import { EntrainError } from "@entrain/kernel";

/** A host and a port. */
export interface HostPort {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 0: the system chooses a free one. */
  readonly port: number;
}

/**
 * Reads `host:port` or `[ipv6]:port`.
 * @throws EntrainError `invalid-argument` that names `field`.
 */
export function parseAddress(field: string, address: string): HostPort {
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:\s/[\]]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && !isIPv6(host)))
    throw EntrainError.invalid(field, address, "write host:port or [ipv6]:port, such as 10.0.0.7:50051");
  return { host, port };
}

/** The way people write it. */
export function formatAddress({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The target of a gRPC channel: the scheme is spelled out, so that a host is never taken for one.
 * @throws EntrainError `invalid-argument`.
 */
export function targetOf(address: string): string {
  const { host } = parseAddress("address", address);
  return `${isIPv4(host) ? "ipv4" : isIPv6(host) ? "ipv6" : "dns"}:${address}`;
}

/** True where only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
