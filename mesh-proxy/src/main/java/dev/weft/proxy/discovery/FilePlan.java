package dev.weft.proxy.discovery;

import dev.weft.xds.codec.FileSource;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which files give resources.
 *
 * @param wholes those that give all resources of a type
 * @param named those that give one of a name
 */
public record FilePlan(Map<XdsType, Path> wholes, Map<ResourceKey, Path> named) {
  /** No files. */
  public static final FilePlan NONE = new FilePlan(Map.of(), Map.of());

  public FilePlan {
    wholes = Map.copyOf(wholes);
    named = Map.copyOf(named);
  }

  /** Those of sources; of two for one name the first counts. */
  public static FilePlan of(Map<XdsType, Path> wholes, List<FileSource> sources) {
    Map<ResourceKey, Path> named = new HashMap<>();
    sources.forEach(source -> named.putIfAbsent(source.resource(), Path.of(source.path())));
    return new FilePlan(wholes, named);
  }

  /** Whether there is any. */
  public boolean isEmpty() {
    return wholes.isEmpty() && named.isEmpty();
  }
}
