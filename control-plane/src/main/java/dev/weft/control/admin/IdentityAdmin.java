package dev.weft.control.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Join tokens and the certificate authority. */
public interface IdentityAdmin {
  /** Makes a join token; {@code author} goes into the audit log. */
  CompletionStage<CreatedToken> createToken(
      String namespace, String service, Duration ttl, String author);

  /** Tokens that were made and have neither expired nor been revoked; never their secrets. */
  CompletionStage<List<TokenInfo>> listTokens();

  /** Revokes a token; false where there is none. */
  CompletionStage<Boolean> revokeToken(String id, String author);

  /** The certificate authority as it is now. */
  CompletionStage<CaInfo> ca();

  /**
   * A new token.
   *
   * @param token the whole token; shown once, never stored
   */
  record CreatedToken(
      String id, String token, String namespace, String service, Instant expiresAt) {}

  /** A token without its secret. */
  record TokenInfo(
      String id, String namespace, String service, Instant createdAt, Instant expiresAt) {}

  /**
   * The authority.
   *
   * @param rootsPem the trust bundle
   * @param rootSha256 hash of the newest root's DER in hex, as join tokens carry it
   */
  record CaInfo(
      String trustDomain,
      String rootsPem,
      String rootSha256,
      Instant rootNotAfter,
      Instant intermediateNotAfter) {}
}
