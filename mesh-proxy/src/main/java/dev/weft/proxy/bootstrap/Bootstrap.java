package dev.weft.proxy.bootstrap;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.proxy.cluster.LocalPlace;
import dev.weft.proxy.discovery.FilePlan;
import dev.weft.proxy.discovery.Fixed;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.proxy.telemetry.StatRules;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.protocol.ClientNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bootstrap file says, read and checked as a whole before any port opens.
 *
 * @param node its names may be empty
 * @param admin null for no admin interface
 * @param resources the static ones
 * @param ads the control plane to follow; null for none
 * @param overload what is shed when memory or connections run short
 * @param place for balancing by zones
 * @param ejectionLog the file that outlier detection's events are written to; null for none
 * @param files which of this machine's files give more resources
 * @param statistics which are shown, and what they are called
 */
public record Bootstrap(
    ClientNode node,
    @Nullable SocketAddress admin,
    Fixed resources,
    FilePlan files,
    @Nullable AdsSettings ads,
    OverloadPlan overload,
    LocalPlace place,
    @Nullable String ejectionLog,
    StatRules statistics) {
  /**
   * Reads a file, YAML or JSON. Blocks.
   *
   * @throws BootstrapException with every problem and the path of its field
   * @throws IOException if the file cannot be read
   */
  public static Bootstrap load(Path file) throws BootstrapException, IOException {
    DynamicMessage message;
    try {
      message =
          MessageFile.read(file, io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.getDescriptor());
    } catch (IllegalArgumentException e) {
      throw new BootstrapException(file.toString(), List.of(String.valueOf(e.getMessage())));
    }
    BootstrapReader reader = new BootstrapReader();
    reader.refuse(message.getAllFields().keySet());
    Bootstrap bootstrap = reader.read(parsed(message.toByteString()));
    if (!reader.problems().isEmpty()) {
      throw new BootstrapException(file.toString(), reader.problems());
    }
    return bootstrap;
  }

  private static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap parsed(ByteString bytes) {
    try {
      return io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what was written here cannot be read", e);
    }
  }
}
