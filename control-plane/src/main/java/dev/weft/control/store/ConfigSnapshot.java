package dev.weft.control.store;

import dev.weft.control.resource.Resource;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The whole configuration at one revision; immutable.
 *
 * @param revision 0 before the first change
 * @param resources ordered by kind, namespace and name
 */
public record ConfigSnapshot(long revision, NavigableMap<ResourceId, StoredResource> resources) {
  /** Before the first change. */
  public static final ConfigSnapshot EMPTY = new ConfigSnapshot(0, Collections.emptyNavigableMap());

  public ConfigSnapshot {
    resources = Collections.unmodifiableNavigableMap(new TreeMap<>(resources));
  }

  /** These resources, all last changed by this revision. */
  public static ConfigSnapshot of(long revision, Collection<ResourceDocument> documents) {
    var resources = new TreeMap<ResourceId, StoredResource>();
    for (ResourceDocument document : documents) {
      resources.put(document.id(), new StoredResource(document, revision));
    }
    return new ConfigSnapshot(revision, resources);
  }

  /** All resources of a type, in order. */
  public <T extends Resource> Stream<T> all(Class<T> type) {
    return resources.values().stream()
        .map(StoredResource::resource)
        .filter(type::isInstance)
        .map(type::cast);
  }

  /** One resource. */
  public Optional<Resource> find(ResourceId id) {
    return Optional.ofNullable(resources.get(id)).map(StoredResource::resource);
  }
}
