package dev.weft.proxy.discovery;

import com.google.protobuf.Any;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads files of this machine that hold resources, each a {@code DiscoveryResponse}. */
@FunctionalInterface
public interface ResourceFiles {
  /**
   * What a file says.
   *
   * @param version as it says itself, may be empty
   */
  record Content(String version, List<Any> resources) {
    public Content {
      resources = List.copyOf(resources);
    }
  }

  /**
   * Reads a file. Blocks.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it is none that holds resources; says what is wrong
   */
  Content read(Path file) throws IOException;
}
