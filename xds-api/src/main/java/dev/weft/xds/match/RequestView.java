package dev.weft.xds.match;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What matchers look at in a request. Implementations give what they hold, without copying; a match
 * calls them on the thread that asks for it, any number of times.
 */
public interface RequestView {
  /** The method, {@code GET} for example. */
  CharSequence method();

  /** The authority as the client sent it: any case, with its port if it named one. */
  CharSequence authority();

  /** The path without the query. */
  CharSequence path();

  /** What follows the first {@code ?} of the request target, not decoded; null without one. */
  @Nullable CharSequence query();

  /**
   * Whether the client has shown a certificate, which was found valid: with another one there is no
   * connection.
   */
  boolean hasCertificate();

  /**
   * Whether there is a header of this name.
   *
   * @param name lower case; {@code :path} (with the query) and {@code :scheme} are headers too
   */
  boolean hasHeader(CharSequence name);

  /**
   * Whether any value of this header passes the test; false without the header.
   *
   * @param name as in {@link #hasHeader}
   */
  boolean anyHeader(CharSequence name, Predicate<? super CharSequence> test);
}
