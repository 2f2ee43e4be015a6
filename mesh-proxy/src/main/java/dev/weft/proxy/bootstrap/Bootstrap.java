package dev.weft.proxy.bootstrap;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.config.Resources;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.codec.Problem;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a bootstrap file says: static resources, read and checked as a whole before any port opens.
 *
 * @param nodeId may be empty
 * @param admin null for no admin interface
 * @param overload what is shed when memory or connections run short
 */
public record Bootstrap(
    String nodeId,
    String nodeCluster,
    @Nullable SocketAddress admin,
    Resources resources,
    List<Secret> secrets,
    OverloadPlan overload) {
  private static final Logger log = LoggerFactory.getLogger(Bootstrap.class);

  /** Fields of the bootstrap that have their effect, or none that could be missed. */
  private static final Set<String> TAKEN =
      Set.of(
          "node",
          "admin",
          "static_resources",
          "overload_manager",
          "stats_config",
          "stats_flush_interval");

  public Bootstrap {
    secrets = List.copyOf(secrets);
  }

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
    try {
      JsonFormat.parser().usingTypeRegistry(KnownTypes.in(json)).merge(json, message);
    } catch (InvalidProtocolBufferException e) {
      throw new BootstrapException(file.toString(), List.of(String.valueOf(e.getMessage())));
    }
    List<String> problems = new ArrayList<>();
    Reader reader = new Reader(problems);
    reader.refuse(message.getAllFields().keySet());
    Bootstrap bootstrap = reader.read(parsed(message.build().toByteString()));
    if (!problems.isEmpty()) {
      throw new BootstrapException(file.toString(), problems);
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

  private static final class Reader {
    private final Codecs codecs = new Codecs();
    private final List<String> problems;

    Reader(List<String> problems) {
      this.problems = problems;
    }

    void refuse(Set<FieldDescriptor> set) {
      for (FieldDescriptor field : set) {
        if (!TAKEN.contains(field.getName())) {
          problems.add(field.getName() + ": is not supported in a bootstrap; remove it");
        }
      }
    }

    Bootstrap read(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message) {
      var given = message.getStaticResources();
      Map<String, Listener> listeners =
          decode(XdsType.LISTENER, "listeners", given.getListenersList(), Listener.class);
      Map<String, Cluster> clusters =
          decode(XdsType.CLUSTER, "clusters", given.getClustersList(), Cluster.class);
      Map<String, Secret> secrets =
          decode(XdsType.SECRET, "secrets", given.getSecretsList(), Secret.class);
      listeners.values().forEach(this::requireInline);
      clusters.values().forEach(this::requireEndpoints);
      return new Bootstrap(
          message.getNode().getId(),
          message.getNode().getCluster(),
          admin(message.getAdmin()),
          new Resources(listeners, Map.of(), clusters, Map.of(), Map.of(), Set.of()),
          List.copyOf(secrets.values()),
          message.hasOverloadManager()
              ? new OverloadReader(problems).read(message.getOverloadManager())
              : OverloadPlan.DEFAULT);
    }

    private @Nullable SocketAddress admin(io.envoyproxy.envoy.config.bootstrap.v3.Admin admin) {
      if (!admin.hasAddress()) {
        return null;
      }
      if (!admin.getAddress().hasSocketAddress()
          || admin.getAddress().getSocketAddress().getAddress().isEmpty()) {
        problems.add("admin.address: must be a socket_address with an address");
        return null;
      }
      var address = admin.getAddress().getSocketAddress();
      return new SocketAddress(address.getAddress(), address.getPortValue());
    }

    private <M extends XdsResource> Map<String, M> decode(
        XdsType type, String field, List<? extends Message> messages, Class<M> model) {
      Map<String, M> decoded = new LinkedHashMap<>();
      for (int i = 0; i < messages.size(); i++) {
        String path = "static_resources." + field + "[" + i + "]";
        Decoded<? extends XdsResource> result = codecs.decode(type, messages.get(i).toByteString());
        for (Problem warning : result.warnings()) {
          log.warn("{}{}{}", path, warning.path().isEmpty() ? ": " : ".", warning);
        }
        switch (result) {
          case Decoded.Valid<? extends XdsResource> valid -> {
            ResourceKey key = valid.value().key();
            if (decoded.put(key.name(), model.cast(valid.value())) != null) {
              problems.add(path + ".name: \"" + key.name() + "\" is given twice");
            }
          }
          case Decoded.Invalid<? extends XdsResource> invalid -> {
            for (Problem problem : invalid.problems()) {
              problems.add(path + (problem.path().isEmpty() ? ": " : ".") + problem);
            }
          }
        }
      }
      return decoded;
    }

    private void requireInline(Listener listener) {
      Stream.concat(
              listener.filterChains().stream(), Stream.ofNullable(listener.defaultFilterChain()))
          .map(FilterChain::filter)
          .forEach(
              filter -> {
                if (filter instanceof HttpConnectionManager http
                    && http.routes() instanceof HttpConnectionManager.Rds(String name)) {
                  problems.add(
                      "listener "
                          + listener.name()
                          + ": rds "
                          + name
                          + " needs a control plane; give route_config instead");
                }
              });
    }

    private void requireEndpoints(Cluster cluster) {
      if (cluster.discovery() instanceof Cluster.Eds) {
        problems.add(
            "cluster "
                + cluster.name()
                + ": type EDS needs a control plane; give load_assignment with STATIC or STRICT_DNS");
      }
    }
  }
}
