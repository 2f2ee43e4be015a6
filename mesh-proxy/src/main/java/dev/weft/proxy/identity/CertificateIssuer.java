package dev.weft.proxy.identity;

/** Asks the control plane for certificates; calls block, for a bounded time. */
public interface CertificateIssuer {
  /** By a join token; the server is known by the root the token pins. */
  WorkloadIdentity enrol(JoinToken token) throws EnrolmentException;

  /** By the certificate at hand. */
  WorkloadIdentity renew(WorkloadIdentity held) throws EnrolmentException;
}
