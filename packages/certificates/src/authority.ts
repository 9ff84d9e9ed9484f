/**
 * A certificate authority that lives in two PEM texts, and the certificates it signs: X.509 v3 (RFC 5280), ECDSA P-256
 * with SHA-256, made with Node's WebCrypto through @peculiar/x509. For development and tests: whoever has the
 * authority's key can be anybody, so a fleet in production leaves that key to its own authority (cert-manager, Vault).
 */
// What x509 needs to be there before it is loaded.
import "reflect-metadata";
import { randomBytes, X509Certificate as NodeCertificate, type webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  type JsonGeneralNames,
} from "@peculiar/x509";
import { EntrainError } from "@entrain/kernel";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;
/** Clocks of a fleet differ; a certificate is valid from a little before it was made, ms. */
const clockSlackMs = 5 * 60_000;

/** What an authority is kept as; PEM. */
export interface AuthorityPem {
  readonly cert: string;
  /** PKCS #8. Whoever has it can sign for everybody. */
  readonly key: string;
}

/** One certificate with its key, and the authority that signed it; PEM. */
export interface IssuedCertificate {
  readonly ca: string;
  readonly cert: string;
  /** PKCS #8. */
  readonly key: string;
}

/** What a certificate is to say. */
export interface CertificateRequest {
  /** The subject's common name, for people; 64 characters at most. */
  readonly name: string;
  /** Subject alternative names of kind URI: the identity. */
  readonly uris: readonly string[];
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  /** Default: five minutes ago. */
  readonly notBefore?: Date;
  /** Default: in 90 days. */
  readonly notAfter?: Date;
}

/** Signs certificates. */
export interface Authority {
  readonly pem: AuthorityPem;
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

/** A new authority, valid for ten years. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    serialNumber: serialNumber(),
    notBefore: new Date(Date.now() - clockSlackMs),
    notAfter: new Date(Date.now() + 3_650 * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return signingWith(cert, keys.privateKey, { cert: pemOf(cert), key: await keyPem(keys.privateKey) });
}

/**
 * The authority that was kept as `pem`.
 * @throws EntrainError `invalid-config` where the texts are no certificate of an authority and its key.
 */
export async function openAuthority(pem: AuthorityPem): Promise<Authority> {
  try {
    const certificate = new NodeCertificate(pem.cert);
    if (!certificate.ca) throw new Error("the certificate is none of an authority");
    const [bytes] = PemConverter.decode(pem.key);
    if (bytes === undefined) throw new Error("the key is no PEM");
    const key = await crypto.subtle.importKey("pkcs8", bytes, algorithm, true, ["sign"]);
    return signingWith(new X509Certificate(pem.cert), key, pem);
  } catch (thrown) {
    const remedy = "give ca.crt and ca.key as entrain certs wrote them, or let it make new ones";
    const reason = EntrainError.from(thrown).message;
    throw new EntrainError("invalid-config", `the authority cannot be used (${reason}): ${remedy}`, {
      field: "ca.key",
      remedy,
      cause: thrown,
    });
  }
}

function signingWith(authority: X509Certificate, signingKey: webcrypto.CryptoKey, pem: AuthorityPem): Authority {
  return {
    pem,
    async issue({ name, uris, hosts = [], addresses = [], notBefore, notAfter }) {
      const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const names: JsonGeneralNames = [
        ...uris.map((value) => ({ type: "url", value }) as const),
        ...hosts.map((value) => ({ type: "dns", value }) as const),
        ...addresses.map((value) => ({ type: "ip", value }) as const),
      ];
      const cert = await X509CertificateGenerator.create({
        subject: [{ CN: [name] }],
        issuer: authority.subject,
        serialNumber: serialNumber(),
        notBefore: notBefore ?? new Date(Date.now() - clockSlackMs),
        notAfter: notAfter ?? new Date(Date.now() + 90 * dayMs),
        publicKey: keys.publicKey,
        signingAlgorithm: algorithm,
        signingKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension(names),
        ],
      });
      return { ca: pem.cert, cert: pemOf(cert), key: await keyPem(keys.privateKey) };
    },
  };
}

/** Positive and of 16 bytes (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
