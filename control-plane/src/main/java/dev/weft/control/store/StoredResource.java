package dev.weft.control.store;

import dev.weft.control.resource.Resource;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;

/**
 * A resource as it is stored.
 *
 * @param revision the one that last changed it
 */
public record StoredResource(ResourceDocument document, long revision) {
  /** The typed resource. */
  public Resource resource() {
    return document.resource();
  }

  /** Kind, namespace and name. */
  public ResourceId id() {
    return document.id();
  }
}
