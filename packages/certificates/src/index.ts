/** An authority of one's own: for development, and for tests that need certificates of every kind. */
export {
  createAuthority,
  openAuthority,
  type Authority,
  type AuthorityPem,
  type CertificateRequest,
  type IssuedCertificate,
} from "./authority.ts";
