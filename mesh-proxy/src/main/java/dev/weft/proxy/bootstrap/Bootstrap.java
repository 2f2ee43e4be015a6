package dev.weft.proxy.bootstrap;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.cluster.LocalPlace;
import dev.weft.proxy.discovery.Fixed;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.proxy.telemetry.StatRules;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.protocol.ClientNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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
 * @param statistics which are shown, and what they are called
 */
public record Bootstrap(
    ClientNode node,
    @Nullable SocketAddress admin,
    Fixed resources,
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
    String json;
    try {
      json = YamlFile.toJson(file);
    } catch (IllegalArgumentException e) {
      throw new BootstrapException(file.toString(), List.of(String.valueOf(e.getMessage())));
    }
    // Dynamic: the accessors of generated messages look up a Java method for each of their fields.
    var message =
        DynamicMessage.newBuilder(
            io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.getDescriptor());
    TypeRegistry known = KnownTypes.in(json);
    Set<String> foreign = KnownTypes.foreign(json, known);
    String readable = foreign.isEmpty() ? json : ForeignTypes.emptied(json, foreign);
    TypeRegistry types = foreign.isEmpty() ? known : KnownTypes.in(json, foreign);
    try {
      JsonFormat.parser().usingTypeRegistry(types).merge(readable, message);
    } catch (InvalidProtocolBufferException e) {
      throw new BootstrapException(
          file.toString(),
          List.of(FaultyField.describe(readable, message.getDescriptorForType(), types, e)));
    }
    BootstrapReader reader = new BootstrapReader();
    reader.refuse(message.getAllFields().keySet());
    Bootstrap bootstrap = reader.read(parsed(message.build().toByteString()));
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
