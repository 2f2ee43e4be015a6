package dev.weft.xds.model;

/**
 * A condition on a subject alternative name of a certificate; names of other types never fit
 * ({@code SubjectAltNameMatcher}).
 *
 * @param oid which kind of another name it is about, as {@code 1.2.3}; empty for all other types
 */
public record SanMatch(SanType type, StringMatch value, String oid) {
  /** A name of a type that the standard has. */
  public SanMatch(SanType type, StringMatch value) {
    this(type, value, "");
  }

  /** Types of names. */
  public enum SanType {
    /** Where a whole name is asked for, wildcards of a certificate stand for one label. */
    DNS,
    URI,
    EMAIL,
    IP_ADDRESS,
    OTHER_NAME
  }

  /** The URI is exactly this, as a SPIFFE identity must be. */
  public static SanMatch uri(String uri) {
    return new SanMatch(SanType.URI, new StringMatch.Exact(uri, false));
  }
}
