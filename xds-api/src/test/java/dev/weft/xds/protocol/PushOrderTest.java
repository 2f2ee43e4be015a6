package dev.weft.xds.protocol;

import static dev.weft.xds.protocol.Messages.ack;
import static dev.weft.xds.protocol.Messages.nack;
import static dev.weft.xds.protocol.Messages.only;
import static dev.weft.xds.protocol.Messages.sent;
import static dev.weft.xds.protocol.Messages.sotw;
import static dev.weft.xds.protocol.Messages.subscribe;
import static dev.weft.xds.protocol.Messages.types;
import static dev.weft.xds.protocol.Messages.words;
import static dev.weft.xds.protocol.Resources.snapshot;
import static dev.weft.xds.resource.XdsType.CLUSTER;
import static dev.weft.xds.resource.XdsType.ENDPOINT;
import static dev.weft.xds.resource.XdsType.LISTENER;
import static dev.weft.xds.resource.XdsType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Make before break, over all types of a stream. */
class PushOrderTest {
  private static final Map<XdsType, Map<String, String>> BEFORE =
      Map.of(
          CLUSTER, Map.of("old", "1"),
          ENDPOINT, Map.of("old", "1"),
          LISTENER, Map.of("outbound", "1"),
          ROUTE, Map.of("outbound", "to-old"));

  /** The route has moved to a new cluster, and the old one is gone. */
  private static final Map<XdsType, Map<String, String>> AFTER =
      Map.of(
          CLUSTER, Map.of("new", "1"),
          ENDPOINT, Map.of("new", "1"),
          LISTENER, Map.of("outbound", "1"),
          ROUTE, Map.of("outbound", "to-new"));

  private final DeltaServerState server = DeltaServerState.aggregated();

  private List<ServerAction<DeltaDiscoveryResponse>> confirm(DeltaDiscoveryResponse response) {
    return server.onRequest(
        ack(XdsType.ofTypeUrl(response.getTypeUrl()).orElseThrow(), response.getNonce()));
  }

  private void connected() {
    server.onSnapshot(snapshot(1, BEFORE));
    confirm(only(server.onRequest(subscribe(CLUSTER))));
    confirm(only(server.onRequest(subscribe(ENDPOINT, "old"))));
    confirm(only(server.onRequest(subscribe(LISTENER))));
    confirm(only(server.onRequest(subscribe(ROUTE, "outbound"))));
    assertThat(server.confirmedRevision()).hasValue(1);
  }

  @Test
  void clustersThenEndpointsThenRoutesThenRemovals() {
    connected();

    List<ServerAction<DeltaDiscoveryResponse>> actions = server.onSnapshot(snapshot(2, AFTER));
    assertThat(types(actions)).containsExactly(CLUSTER);
    DeltaDiscoveryResponse clusters = only(actions);
    assertThat(words(clusters)).isEqualTo(Map.of("new", "1"));
    assertThat(clusters.getRemovedResourcesList()).isEmpty();

    // the client asks for the endpoints before it confirms the cluster
    DeltaDiscoveryResponse endpoints = only(server.onRequest(subscribe(ENDPOINT, "new")));
    assertThat(words(endpoints)).isEqualTo(Map.of("new", "1"));
    assertThat(sent(confirm(clusters))).isEmpty();

    actions = confirm(endpoints);
    assertThat(types(actions)).containsExactly(ROUTE);
    assertThat(words(only(actions))).isEqualTo(Map.of("outbound", "to-new"));

    actions = confirm(only(actions));
    assertThat(types(actions)).containsExactly(CLUSTER, ENDPOINT);
    assertThat(sent(actions))
        .allSatisfy(
            removal -> assertThat(removal.getRemovedResourcesList()).containsExactly("old"));
    sent(actions).forEach(this::confirm);
    assertThat(server.confirmedRevision()).hasValue(2);
  }

  @Test
  void inStateOfTheWorldTheOldClusterStaysInTheSetUntilTheRouteHasMoved() {
    SotwServerState sotw = SotwServerState.aggregated();
    sotw.onSnapshot(snapshot(1, BEFORE));
    DiscoveryResponse clusters = only(sotw.onRequest(sotw(CLUSTER, "")));
    sotw.onRequest(sotw(CLUSTER, clusters.getNonce()));
    DiscoveryResponse routes = only(sotw.onRequest(sotw(ROUTE, "", "outbound")));
    sotw.onRequest(sotw(ROUTE, routes.getNonce(), "outbound"));

    DiscoveryResponse both = only(sotw.onSnapshot(snapshot(2, AFTER)));
    assertThat(words(both)).containsOnlyKeys("old", "new");
    DiscoveryResponse moved = only(sotw.onRequest(sotw(CLUSTER, both.getNonce())));
    assertThat(words(moved)).isEqualTo(Map.of("outbound", "to-new"));
    DiscoveryResponse last = only(sotw.onRequest(sotw(ROUTE, moved.getNonce(), "outbound")));

    assertThat(words(last)).containsOnlyKeys("new");
    assertThat(last.getVersionInfo()).isNotEqualTo(both.getVersionInfo());
  }

  @Test
  void aRemovalThatNothingElseGoesWithIsSentAtOnce() {
    connected();
    Map<XdsType, Map<String, String>> lessOne = new EnumMap<>(BEFORE);
    lessOne.put(CLUSTER, Map.of());

    assertThat(only(server.onSnapshot(snapshot(2, lessOne))).getRemovedResourcesList())
        .containsExactly("old");
  }

  @Test
  void endpointsAreSentAgainAfterAnyChangeOfTheirCluster() {
    connected();
    Map<XdsType, Map<String, String>> changed = new EnumMap<>(BEFORE);
    changed.put(CLUSTER, Map.of("old", "2"));

    List<ServerAction<DeltaDiscoveryResponse>> actions = server.onSnapshot(snapshot(2, changed));

    assertThat(types(actions)).containsExactly(CLUSTER, ENDPOINT);
    assertThat(words(sent(actions).get(1))).isEqualTo(Map.of("old", "1"));
  }

  @Test
  void endpointsUnderAnotherNameThanTheirClusterAreSentAgainToo() {
    server.onSnapshot(withService("1"));
    confirm(only(server.onRequest(subscribe(CLUSTER))));
    confirm(only(server.onRequest(subscribe(ENDPOINT, "service"))));

    assertThat(types(server.onSnapshot(withService("2")))).containsExactly(CLUSTER, ENDPOINT);
  }

  private static ResourceSnapshot withService(String word) {
    return ResourceSnapshot.builder(1)
        .add(Resources.encoded(CLUSTER, "cluster", word).withEndpointName("service"))
        .add(Resources.encoded(ENDPOINT, "service", "1"))
        .build();
  }

  @Test
  void changedEndpointsDoNotHoldRoutesBack() {
    connected();
    Map<XdsType, Map<String, String>> changed = new EnumMap<>(BEFORE);
    changed.put(ENDPOINT, Map.of("old", "2"));
    changed.put(ROUTE, Map.of("outbound", "again"));

    assertThat(types(server.onSnapshot(snapshot(2, changed)))).containsExactly(ENDPOINT, ROUTE);
  }

  @Test
  void aRefusedClusterDoesNotHoldRoutesBackForEver() {
    connected();
    DeltaDiscoveryResponse clusters = only(server.onSnapshot(snapshot(2, AFTER)));

    assertThat(types(server.onRequest(nack(CLUSTER, clusters.getNonce())))).containsExactly(ROUTE);
  }

  @Test
  void clustersThatNeverStopComingDoNotHoldRoutesBackForEver() {
    connected();
    Map<XdsType, Map<String, String>> next = new EnumMap<>(BEFORE);
    next.put(ROUTE, Map.of("outbound", "moved"));
    boolean routesSent = false;
    for (int i = 0; i < 100 && !routesSent; i++) {
      next.put(CLUSTER, Map.of("old", "1", "new" + i, "1"));
      routesSent = types(server.onSnapshot(snapshot(2 + i, next))).contains(ROUTE);
    }

    assertThat(routesSent).isTrue();
  }
}
