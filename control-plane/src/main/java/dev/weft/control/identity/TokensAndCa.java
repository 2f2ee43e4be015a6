package dev.weft.control.identity;

import dev.weft.control.admin.IdentityAdmin;
import dev.weft.control.store.AuditLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What REST shows and does about identities; every change is noted in the audit log. */
final class TokensAndCa implements IdentityAdmin {
  private final CertificateAuthority authority;
  private final JoinTokens tokens;
  private final AuditLog audit;

  TokensAndCa(CertificateAuthority authority, JoinTokens tokens, AuditLog audit) {
    this.authority = authority;
    this.tokens = tokens;
    this.audit = audit;
  }

  @Override
  public CompletionStage<CreatedToken> createToken(
      String namespace, String service, Duration ttl, String author) {
    WorkloadId workload;
    try {
      workload = new WorkloadId(namespace, service);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedStage(e);
    }
    return tokens
        .create(workload, ttl, authority.trustBundle().fingerprint())
        .thenCompose(
            token ->
                audit
                    .append(
                        author,
                        "token.create",
                        workload.toString(),
                        "token " + token.id() + ", until " + token.expiresAt())
                    .thenApply(
                        noted ->
                            new CreatedToken(
                                token.id(),
                                token.encode(),
                                namespace,
                                service,
                                token.expiresAt())));
  }

  @Override
  public CompletionStage<List<TokenInfo>> listTokens() {
    return tokens
        .usable()
        .thenApply(
            rows ->
                rows.stream()
                    .map(
                        row ->
                            new TokenInfo(
                                row.id(),
                                row.workload().namespace(),
                                row.workload().service(),
                                row.createdAt(),
                                row.expiresAt()))
                    .toList());
  }

  @Override
  public CompletionStage<Boolean> revokeToken(String id, String author) {
    return tokens
        .revoke(id)
        .thenCompose(
            revoked ->
                revoked.isEmpty()
                    ? CompletableFuture.completedStage(false)
                    : audit
                        .append(
                            author,
                            "token.revoke",
                            revoked.get().workload().toString(),
                            "token " + id)
                        .thenApply(noted -> true));
  }

  @Override
  public CompletionStage<CaInfo> ca() {
    TrustBundle bundle = authority.trustBundle();
    return CompletableFuture.completedStage(
        new CaInfo(
            authority.trustDomain(),
            bundle.pem(),
            bundle.fingerprint(),
            bundle.roots().getFirst().getNotAfter().toInstant(),
            authority.intermediateNotAfter()));
  }
}
