package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;
import java.util.Map;

/** Resources for tests: real messages that carry one word, which is also their version. */
public final class Resources {
  private Resources() {}

  /** Words that begin like this are refused by {@link #decoder}. */
  public static final String BAD = "bad";

  public static Any body(XdsType type, String name, String word) {
    Message message =
        switch (type) {
          case CLUSTER -> Cluster.newBuilder().setName(name).setAltStatName(word).build();
          case ENDPOINT ->
              ClusterLoadAssignment.newBuilder()
                  .setClusterName(name)
                  .putNamedEndpoints(word, Endpoint.getDefaultInstance())
                  .build();
          case LISTENER -> Listener.newBuilder().setName(name).setStatPrefix(word).build();
          case ROUTE ->
              RouteConfiguration.newBuilder()
                  .setName(name)
                  .addVirtualHosts(VirtualHost.newBuilder().setName(word))
                  .build();
          case SECRET ->
              Secret.newBuilder()
                  .setName(name)
                  .setGenericSecret(
                      GenericSecret.newBuilder()
                          .setSecret(DataSource.newBuilder().setInlineString(word)))
                  .build();
        };
    return Any.pack(message);
  }

  public static EncodedResource encoded(XdsType type, String name, String word) {
    return EncodedResource.of(new ResourceKey(type, name), word, body(type, name, word));
  }

  /** The snapshot of these words by type and name. */
  public static ResourceSnapshot snapshot(long revision, Map<XdsType, Map<String, String>> words) {
    ResourceSnapshot.Builder snapshot = ResourceSnapshot.builder(revision);
    words.forEach(
        (type, named) -> named.forEach((name, word) -> snapshot.add(encoded(type, name, word))));
    return snapshot.build();
  }

  /** Decodes to the word; a word that begins with {@link #BAD} is a problem. */
  public static ResourceDecoder decoder() {
    return (type, name, body) -> {
      String word;
      try {
        word = word(type, body);
      } catch (InvalidProtocolBufferException e) {
        return new ResourceDecoder.Result.Invalid(List.of("cannot be decoded"));
      }
      return word.startsWith(BAD)
          ? new ResourceDecoder.Result.Invalid(List.of("word: " + word + " is not allowed"))
          : new ResourceDecoder.Result.Valid(word);
    };
  }

  public static String word(XdsType type, Any body) throws InvalidProtocolBufferException {
    return switch (type) {
      case CLUSTER -> body.unpack(Cluster.class).getAltStatName();
      case ENDPOINT ->
          body.unpack(ClusterLoadAssignment.class)
              .getNamedEndpointsMap()
              .keySet()
              .iterator()
              .next();
      case LISTENER -> body.unpack(Listener.class).getStatPrefix();
      case ROUTE -> body.unpack(RouteConfiguration.class).getVirtualHosts(0).getName();
      case SECRET -> body.unpack(Secret.class).getGenericSecret().getSecret().getInlineString();
    };
  }

  public static ClientNode node() {
    return ClientNode.of("sidecar~shop~catalog~1", "catalog.shop", "test", Map.of());
  }
}
