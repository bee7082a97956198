package dev.mainstay.db.router;

/**
 * How much a connection insists on TLS; the meanings are those of Connector/J's {@code sslMode}.
 */
public enum Tls {
  /** Plain text, whatever the server offers. */
  DISABLED,
  /** Encrypted when the server can; who it is goes unchecked. */
  PREFERRED,
  /** Encrypted or not at all; who it is goes unchecked. */
  REQUIRED,
  /** Encrypted, and the certificate must come from a trusted authority. */
  VERIFY_CA,
  /** As {@link #VERIFY_CA}, and the certificate must name the host. */
  VERIFY_IDENTITY
}
