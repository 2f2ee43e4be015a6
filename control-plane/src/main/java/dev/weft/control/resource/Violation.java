package dev.weft.control.resource;

/**
 * A reason why a document or a whole configuration is refused.
 *
 * @param subject the resource, such as {@code HTTPRoute shop/catalog}, or {@code document 3} where
 *     it is not known which
 * @param path JSON pointer (RFC 6901) into the resource; empty for the whole
 * @param problem what is wrong
 * @param remedy what to do
 */
public record Violation(String subject, String path, String problem, String remedy) {
  @Override
  public String toString() {
    return subject + (path.isEmpty() ? "" : " at " + path) + ": " + problem + "; " + remedy;
  }
}
