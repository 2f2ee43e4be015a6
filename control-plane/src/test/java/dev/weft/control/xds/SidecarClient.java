package dev.weft.control.xds;

import dev.weft.xds.client.AdsClient;
import dev.weft.xds.client.AdsClientOptions;
import dev.weft.xds.client.ResourceStore;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.protocol.ClientNode;
import dev.weft.xds.protocol.ResourceDecoder;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What a sidecar does with ADS, without the traffic: it asks, validates, keeps and confirms. */
public final class SidecarClient {
  /** What it was sent. */
  public final ResourceStore store = new ResourceStore(InstantSource.system());

  /** Its stream. */
  public final AdsClient client;

  /**
   * @param acceptable what it is ready to run; the rest it refuses
   */
  public SidecarClient(
      Vertx vertx,
      ClientNode node,
      HttpClientOptions tls,
      AdsClientOptions.Variant variant,
      Predicate<String> acceptable,
      int... ports) {
    Codecs codecs = new Codecs();
    ResourceDecoder decoder =
        (type, name, body) -> {
          if (!acceptable.test(name)) {
            return new ResourceDecoder.Result.Invalid(List.of(name + " is not to my taste"));
          }
          return switch (codecs.decode(type, body)) {
            case Decoded.Valid<? extends XdsResource> valid ->
                new ResourceDecoder.Result.Valid(valid.value());
            case Decoded.Invalid<? extends XdsResource> invalid ->
                new ResourceDecoder.Result.Invalid(List.of(invalid.detail()));
          };
        };
    List<SocketAddress> servers =
        Arrays.stream(ports)
            .mapToObj(port -> SocketAddress.inetSocketAddress(port, "127.0.0.1"))
            .toList();
    this.client =
        new AdsClient(
            vertx,
            AdsClientOptions.of(servers, node, () -> new HttpClientOptions(tls))
                .withVariant(variant)
                .withBackoff(Duration.ofMillis(20), Duration.ofMillis(100)),
            decoder,
            store);
    client.subscribeAll(XdsType.CLUSTER);
    client.subscribeAll(XdsType.LISTENER);
    client.subscribe(XdsType.ROUTE, Set.of("outbound"));
    client.subscribe(XdsType.ENDPOINT, Set.of("catalog.shop/grpc"));
    client.start();
  }

  /** A sidecar on loopback. */
  public static ClientNode node(
      String namespace, String service, String instance, int inboundPort) {
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("namespace", namespace);
    metadata.put("service", service);
    metadata.put("address", "127.0.0.1");
    metadata.put("inbound_port", inboundPort);
    metadata.put("outbound_port", inboundPort + 1);
    metadata.put("ports", Map.of("grpc", 9001));
    metadata.put("labels", Map.of("version", "v1"));
    return ClientNode.of(
        "sidecar~" + namespace + "~" + service + "~" + instance,
        service + "." + namespace,
        "test",
        metadata);
  }
}
