package dev.weft.control.identity;

import dev.weft.control.admin.IdentityAdmin;
import dev.weft.control.store.AuditLog;
import dev.weft.control.store.Database;
import java.time.InstantSource;
import java.util.List;

/**
 * Everything about identities, put together: the authority, the service sidecars enrol at, the
 * listener's own certificate and what REST shows.
 */
public record Identity(
    CertificateAuthority authority,
    CertificateService certificates,
    ServerCertificate serverCertificate,
    IdentityAdmin admin)
    implements AutoCloseable {

  /**
   * Reads or makes the mesh's authority; blocks.
   *
   * @param hosts names and addresses clients reach the xDS listener by
   * @throws AuthorityException with what to do, when there can be no authority
   */
  public static Identity open(
      AuthoritySettings settings,
      Database database,
      AuditLog audit,
      List<String> hosts,
      InstantSource clock) {
    CertificateAuthority authority = CertificateAuthority.open(settings, database, clock);
    JoinTokens tokens = new JoinTokens(database, clock);
    return new Identity(
        authority,
        new CertificateService(authority, tokens, audit, clock),
        new ServerCertificate(authority, hosts, clock),
        new TokensAndCa(authority, tokens, audit));
  }

  @Override
  public void close() {
    certificates.close();
  }
}
