package dev.weft.control.resource;

import org.jspecify.annotations.Nullable;

/**
 * Who may speak to a service, and how.
 *
 * @param target null: every service of the namespace that no policy of its own names
 */
public record AccessPolicyResource(Metadata metadata, @Nullable TargetRef target, MtlsMode mtls)
    implements Resource {

  /** Whether plaintext is accepted. */
  public enum MtlsMode implements Token {
    STRICT("Strict"),
    PERMISSIVE("Permissive");

    private final String token;

    MtlsMode(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }
  }
}
