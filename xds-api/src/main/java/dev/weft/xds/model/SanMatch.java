package dev.weft.xds.model;

/**
 * A condition on a subject alternative name of a certificate; names of other types never fit
 * ({@code SubjectAltNameMatcher}).
 */
public record SanMatch(SanType type, StringMatch value) {
  public enum SanType {
    DNS,
    URI
  }

  /** The URI is exactly this, as a SPIFFE identity must be. */
  public static SanMatch uri(String uri) {
    return new SanMatch(SanType.URI, new StringMatch.Exact(uri, false));
  }
}
