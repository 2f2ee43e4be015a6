package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * A condition on a header; a repeated header's values are looked at one by one.
 *
 * @param name lower case; pseudo-headers as in HTTP/2
 * @param value null asks for presence, or for absence where {@code present} is false
 * @param range null unless the value must be an integer in a range
 * @param treatMissingAsEmpty whether a missing header counts as an empty one
 */
public record HeaderMatch(
    String name,
    @Nullable StringMatch value,
    @Nullable Range range,
    boolean present,
    boolean invert,
    boolean treatMissingAsEmpty) {

  /** From {@code start} to below {@code end}. */
  public record Range(long start, long end) {}

  /** The header has this value. */
  public static HeaderMatch exact(String name, String value) {
    return new HeaderMatch(name, new StringMatch.Exact(value, false), null, true, false, false);
  }
}
