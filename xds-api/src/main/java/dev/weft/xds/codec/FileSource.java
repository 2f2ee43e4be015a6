package dev.weft.xds.codec;

import dev.weft.xds.resource.ResourceKey;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where a resource comes from that another names: a file of this machine ({@code
 * path_config_source}).
 *
 * @param path as it was written, not empty
 */
public record FileSource(ResourceKey resource, String path) implements NamedFile {
  /**
   * Whether a path names a file that can be read; blocks. One that the system does not take names
   * none.
   */
  public static boolean isReadable(String path) {
    try {
      return !path.isEmpty() && Files.isReadable(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
