package dev.weft.xds.codec;

/**
 * Something about a resource that keeps it from being applied, or that is worth a warning.
 *
 * @param path of the field by its proto name, from the resource on: {@code
 *     virtual_hosts[1].routes[0].match.safe_regex}; empty for the resource itself
 * @param reason what is wrong and what would be right
 */
public record Problem(String path, String reason) {
  @Override
  public String toString() {
    return path.isEmpty() ? reason : path + ": " + reason;
  }
}
