package dev.weft.xds.model;

/**
 * What statistics of access rules are called.
 *
 * @param prefix of what rules decide, between {@code rbac} and the name; may be empty
 * @param shadowPrefix the same of what shadow rules would have
 * @param byPolicy whether policies are counted one by one, too
 */
public record AccessCounting(String prefix, String shadowPrefix, boolean byPolicy) {
  /** As Envoy where nothing is said. */
  public static final AccessCounting DEFAULT = new AccessCounting("", "", false);
}
