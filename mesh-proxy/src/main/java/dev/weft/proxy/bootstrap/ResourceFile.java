package dev.weft.proxy.bootstrap;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.proxy.discovery.ResourceFiles;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads files that hold a {@code DiscoveryResponse}, as Envoy's {@code path_config_source} has it.
 */
public final class ResourceFile {
  private static final String WRAPPED =
      "type.googleapis.com/" + Resource.getDescriptor().getFullName();

  private ResourceFile() {}

  /**
   * What a file says.
   *
   * @throws IllegalArgumentException with the line or the path of the field, if it is none
   * @throws IOException if it cannot be read
   */
  public static ResourceFiles.Content read(Path file) throws IOException {
    try {
      DiscoveryResponse response =
          DiscoveryResponse.parseFrom(
              MessageFile.read(file, DiscoveryResponse.getDescriptor()).toByteString());
      List<Any> resources = new ArrayList<>();
      for (Any each : response.getResourcesList()) {
        resources.add(
            each.getTypeUrl().equals(WRAPPED)
                ? Resource.parseFrom(each.getValue()).getResource()
                : each);
      }
      return new ResourceFiles.Content(response.getVersionInfo(), resources);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("holds no resources: " + e.getMessage(), e);
    }
  }
}
