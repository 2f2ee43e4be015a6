package dev.weft.control.xds;

import dev.weft.xds.client.AdsMethods;
import dev.weft.xds.protocol.AdsServerState;
import dev.weft.xds.protocol.DeltaServerState;
import dev.weft.xds.protocol.SotwServerState;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.vertx.grpc.common.ServiceMethod;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One of the two ways to speak aggregated xDS.
 *
 * @param <Q> the request message
 * @param <P> the response message
 * @param method as it is mounted on the server
 * @param node where a request carries the node
 * @param state a fresh state for a new stream
 */
record AdsVariant<Q, P>(
    ServiceMethod<Q, P> method, Function<Q, Node> node, Supplier<AdsServerState<Q, P>> state) {
  /** State of the world: {@code StreamAggregatedResources}. */
  static AdsVariant<DiscoveryRequest, DiscoveryResponse> stateOfTheWorld() {
    return new AdsVariant<>(
        AdsMethods.sotwServer(), DiscoveryRequest::getNode, SotwServerState::aggregated);
  }

  /** Incremental: {@code DeltaAggregatedResources}. */
  static AdsVariant<DeltaDiscoveryRequest, DeltaDiscoveryResponse> delta() {
    return new AdsVariant<>(
        AdsMethods.deltaServer(), DeltaDiscoveryRequest::getNode, DeltaServerState::aggregated);
  }
}
