package dev.weft.control.resource;

/**
 * A resource and the document it was read from.
 *
 * @param json the document as the user wrote it, as compact JSON with the namespace filled in
 */
public record ResourceDocument(Resource resource, String json) {
  /** Kind, namespace and name. */
  public ResourceId id() {
    return resource.id();
  }
}
