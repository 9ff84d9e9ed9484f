/**
 * Certificates from files in cert-manager's layout: `tls.crt`, `tls.key` and `ca.crt` in one folder, read anew while the
 * process runs. The files are compared at a fixed pace instead of being watched: a mounted secret is swapped by a symbolic
 * link, which not every file system reports. What cannot be used is refused and told once, and the old certificates stay.
 */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EntrainError } from "@entrain/kernel";
import type { EventSink, Timers } from "@entrain/ports";
import { checkSpeaker, identityOf, peerOf, type PeerIdentity, type ServiceRole } from "./peer-identity.ts";
import { checkMaterial, type TlsMaterial, type TlsSource } from "./tls-material.ts";

/** The names of cert-manager. */
export const tlsFileNames = { cert: "tls.crt", key: "tls.key", ca: "ca.crt" } as const;

type FileKind = keyof typeof tlsFileNames;
const kinds: readonly FileKind[] = ["cert", "key", "ca"];
/** Largest file, characters. */
const fileMax = 65_536;

/** A source that reads its files anew until it is closed. */
export interface TlsFiles extends TlsSource {
  /** Reads no more; idempotent. */
  close(): void;
}

/** What is read, and by whom. */
export interface TlsFilesOptions {
  readonly folder: string;
  /** What the folder is called in errors: the variable that names it. */
  readonly field: string;
  /** What the certificate must say: the role, and for agents that it speaks for each of them. */
  readonly swarmId: string;
  readonly role: ServiceRole;
  readonly agentIds?: readonly string[];
  /** Pause between two looks at the files, ms. */
  readonly everyMs: number;
  readonly timers: Pick<Timers, "after">;
  readonly events: EventSink;
}

/**
 * Reads the files at once, and from then on at their pace.
 * @throws EntrainError `invalid-config` that names the file and what is wrong with it.
 */
export function openTlsFiles(options: TlsFilesOptions): TlsFiles {
  const { everyMs, timers, events } = options;
  const listeners = new Set<() => void>();
  let material = readFirst(options);
  let seen = material;
  let cancel: (() => void) | undefined;
  let closed = false;
  let told = "";
  tell(events, material);

  async function look(): Promise<void> {
    try {
      const found = await readAll(options);
      if (kinds.some((kind) => found[kind] !== seen[kind])) take(found);
    } catch (thrown) {
      refuse(thrown);
    }
    next();
  }

  function take(found: TlsMaterial): void {
    seen = found;
    material = checkFiles(options, found);
    told = "";
    tell(events, material);
    for (const listener of listeners) listener();
  }

  function refuse(thrown: unknown): void {
    const { message } = EntrainError.from(thrown);
    if (message === told) return;
    told = message;
    events({ kind: "tls.loaded", outcome: "refused", expiresAtMs: expiryMs(material), message });
  }

  function next(): void {
    if (!closed) cancel = timers.after(everyMs, () => void look());
  }

  next();
  return {
    current: () => material,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}

function readFirst(options: TlsFilesOptions): TlsMaterial {
  const texts = kinds.map((kind) => {
    try {
      return [kind, readFileSync(pathOf(options, kind), "utf8")] as const;
    } catch (thrown) {
      throw unreadable(options, kind, thrown);
    }
  });
  return checkFiles(options, Object.fromEntries(texts) as unknown as TlsMaterial);
}

async function readAll(options: TlsFilesOptions): Promise<TlsMaterial> {
  const texts = kinds.map(async (kind) => {
    try {
      return [kind, await readFile(pathOf(options, kind), "utf8")] as const;
    } catch (thrown) {
      throw unreadable(options, kind, thrown);
    }
  });
  return Object.fromEntries(await Promise.all(texts)) as unknown as TlsMaterial;
}

/** @throws EntrainError `invalid-config` where the texts do not belong together, have ended, or say nothing of us. */
function checkFiles(options: TlsFilesOptions, texts: TlsMaterial): TlsMaterial {
  const { folder, field, swarmId } = options;
  const wrong = (what: string): EntrainError =>
    new EntrainError("invalid-config", `${field} is ${JSON.stringify(folder)}: ${what}`, { field, value: folder });
  for (const kind of kinds)
    if (texts[kind].length > fileMax) throw wrong(`${tlsFileNames[kind]} is too long for a certificate`);
  try {
    checkMaterial(texts);
  } catch (thrown) {
    const reason = EntrainError.from(thrown).message;
    throw wrong(`${reason}; the three files must be those of one certificate`);
  }
  const own = new X509Certificate(texts.cert);
  const { validToDate, subjectAltName } = own;
  if (validToDate.getTime() <= Date.now()) throw wrong(`tls.crt ended on ${validToDate.toISOString()}: sign a new one`);
  try {
    checkOwn(identityOf(subjectAltName === undefined ? {} : { subjectaltname: subjectAltName }, swarmId), options);
  } catch (thrown) {
    throw wrong(`tls.crt is not for this process: ${EntrainError.from(thrown).message}`);
  }
  return texts;
}

/** What a process says in the name of others its peers refuse; so it does not even start. */
function checkOwn(identity: PeerIdentity, { role, agentIds = [] }: TlsFilesOptions): void {
  if (identity.role !== role)
    throw new EntrainError("permission-denied", `its role is ${identity.role}, this process is ${role}`);
  for (const agentId of agentIds) checkSpeaker(peerOf(identity), "the agent", agentId);
}

function pathOf({ folder }: TlsFilesOptions, kind: FileKind): string {
  return join(folder, tlsFileNames[kind]);
}

function unreadable({ folder, field }: TlsFilesOptions, kind: FileKind, thrown: unknown): EntrainError {
  const reason = EntrainError.from(thrown).message;
  const sentence = `${tlsFileNames[kind]} cannot be read (${reason}): mount the certificate there, or let entrain certs write one`;
  return new EntrainError("invalid-config", `${field} is ${JSON.stringify(folder)}: ${sentence}`, {
    field,
    value: folder,
  });
}

function tell(events: EventSink, material: TlsMaterial): void {
  events({ kind: "tls.loaded", outcome: "loaded", expiresAtMs: expiryMs(material), message: "" });
}

function expiryMs({ cert }: TlsMaterial): number {
  return new X509Certificate(cert).validToDate.getTime();
}
