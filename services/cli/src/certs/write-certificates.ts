/**
 * The folders of certificates that `entrain certs` keeps. Order of effects: the authority (its key is readable by its owner
 * alone), then each certificate, whose files replace the old ones one by one: a process that reads them in between sees
 * that they do not fit, keeps what it has, and looks again.
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import { createAuthority, openAuthority, type Authority } from "@entrain/certificates";
import { identityUri, tlsFileNames, type PeerIdentity } from "@entrain/rpc";
import { readIfThere, writeFiles } from "../whole-files.ts";

/** What there is to be. */
export interface CertificatePlan {
  readonly folder: string;
  readonly swarmId: string;
  /** Ids, or beginnings of ids followed by `*`. */
  readonly agentIds: readonly string[];
  readonly hosts: readonly string[];
  readonly days: number;
  /** True: also what is still good is signed anew. */
  readonly renew: boolean;
}

/** One folder, and what was done to it. */
export interface CertificateReport {
  readonly place: string;
  readonly written: boolean;
  readonly expiresAt: Date;
}

const dayMs = 86_400_000;
const services = ["decision-loop", "coordinator", "console", "operator"] as const;

/**
 * Makes it so.
 * @throws EntrainError `invalid-argument` for names outside the grammar, `invalid-config` for a folder or an authority
 *   that cannot be used.
 */
export async function writeCertificates(plan: CertificatePlan): Promise<readonly CertificateReport[]> {
  const wanted = identitiesOf(plan);
  const authority = await keepAuthority(plan);
  const reports: CertificateReport[] = [];
  for (const [name, identity] of wanted) reports.push(await keepCertificate(plan, authority, name, identity));
  return reports;
}

/** The folder's name and what its certificate says. */
function identitiesOf({ swarmId, agentIds }: CertificatePlan): readonly (readonly [string, PeerIdentity])[] {
  const agents = agentIds.map((agentId) => {
    const stem = agentId.replace(/-?\*$/, "");
    const name = stem === "" ? "agent" : `agent-${stem}`;
    return [name, { swarmId, role: "agent", agentId }] as const;
  });
  const others = services.map((role) => [role, { swarmId, role }] as const);
  const all = [...others, ...agents];
  for (const [, identity] of all) identityUri(identity);
  return all;
}

async function keepAuthority({ folder, swarmId }: CertificatePlan): Promise<Authority> {
  const place = join(folder, "authority");
  const [cert, key] = await Promise.all([readIfThere(join(place, "ca.crt")), readIfThere(join(place, "ca.key"))]);
  if (cert !== undefined && key !== undefined) return openAuthority({ cert, key });
  const authority = await createAuthority(`entrain ${swarmId} development`);
  await writeFiles(place, { "ca.key": authority.pem.key, "ca.crt": authority.pem.cert });
  return authority;
}

async function keepCertificate(
  plan: CertificatePlan,
  authority: Authority,
  name: string,
  identity: PeerIdentity,
): Promise<CertificateReport> {
  const place = join(plan.folder, name);
  const uri = identityUri(identity);
  const present = plan.renew ? undefined : await goodUntil(place, authority, uri);
  if (present !== undefined) return { place, written: false, expiresAt: present };
  const hosts = ["localhost", ...plan.hosts.filter((host) => isIP(host) === 0)];
  const addresses = ["127.0.0.1", "::1", ...plan.hosts.filter((host) => isIP(host) !== 0)];
  const notAfter = new Date(Date.now() + plan.days * dayMs);
  const issued = await authority.issue({ name: name.slice(0, 64), uris: [uri], hosts, addresses, notAfter });
  await writeFiles(place, {
    [tlsFileNames.key]: issued.key,
    [tlsFileNames.cert]: issued.cert,
    [tlsFileNames.ca]: issued.ca,
  });
  return { place, written: true, expiresAt: notAfter };
}

/** When the certificate there ends, if it is ours, says the same, and has a third of its life left. */
async function goodUntil(place: string, authority: Authority, uri: string): Promise<Date | undefined> {
  const [cert, key, ca] = await Promise.all(
    [tlsFileNames.cert, tlsFileNames.key, tlsFileNames.ca].map((file) => readIfThere(join(place, file))),
  );
  if (cert === undefined || key === undefined || ca !== authority.pem.cert) return undefined;
  const { validFromDate, validToDate, subjectAltName } = new X509Certificate(cert);
  const lifeMs = validToDate.getTime() - validFromDate.getTime();
  const says = (subjectAltName ?? "").split(", ").includes(`URI:${uri}`);
  return says && validToDate.getTime() - Date.now() > lifeMs / 3 ? validToDate : undefined;
}
