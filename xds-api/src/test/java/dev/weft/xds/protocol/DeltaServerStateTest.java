package dev.weft.xds.protocol;

import static dev.weft.xds.protocol.Messages.ack;
import static dev.weft.xds.protocol.Messages.nack;
import static dev.weft.xds.protocol.Messages.only;
import static dev.weft.xds.protocol.Messages.sent;
import static dev.weft.xds.protocol.Messages.subscribe;
import static dev.weft.xds.protocol.Messages.unsubscribe;
import static dev.weft.xds.protocol.Messages.words;
import static dev.weft.xds.protocol.Resources.snapshot;
import static dev.weft.xds.resource.XdsType.CLUSTER;
import static dev.weft.xds.resource.XdsType.ENDPOINT;
import static dev.weft.xds.resource.XdsType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.resource.ResourceKey;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeltaServerStateTest {
  private final DeltaServerState server = DeltaServerState.aggregated();

  private static ResourceSnapshot clusters(long revision, Map<String, String> words) {
    return snapshot(revision, Map.of(CLUSTER, words));
  }

  private static ResourceSnapshot endpoints(long revision, Map<String, String> words) {
    return snapshot(revision, Map.of(ENDPOINT, words));
  }

  private void confirm(DeltaDiscoveryResponse response) {
    server.onRequest(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce())
            .build());
  }

  @Test
  void aFirstRequestForClustersWithoutNamesIsTheWildcard() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));

    DeltaDiscoveryResponse response = only(server.onRequest(subscribe(CLUSTER)));

    assertThat(words(response)).isEqualTo(Map.of("a", "1", "b", "1"));
    assertThat(response.getNonce()).isNotEmpty();
  }

  @Test
  void theLegacyWildcardStaysWhenANameIsAddedAndGoesByName() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));
    confirm(only(server.onRequest(subscribe(CLUSTER))));
    confirm(only(server.onRequest(subscribe(CLUSTER, "a"))));

    server.onRequest(unsubscribe(CLUSTER, "*"));

    assertThat(words(only(server.onSnapshot(clusters(2, Map.of("a", "2", "b", "2"))))))
        .isEqualTo(Map.of("a", "2"));
  }

  @Test
  void onlyWhatChangedIsSent() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1", "c", "1")));
    confirm(only(server.onRequest(subscribe(CLUSTER))));

    DeltaDiscoveryResponse change =
        only(server.onSnapshot(clusters(2, Map.of("a", "2", "b", "1"))));

    assertThat(words(change)).isEqualTo(Map.of("a", "2"));
    assertThat(change.getRemovedResourcesList()).containsExactly("c");
  }

  @Test
  void aSubscriptionCountsUnderAStaleNonceAndWhileAResponseIsUnanswered() {
    server.onSnapshot(endpoints(1, Map.of("a", "1", "b", "1")));
    DeltaDiscoveryResponse first = only(server.onRequest(subscribe(ENDPOINT, "a")));

    assertThat(
            server.onRequest(
                subscribe(ENDPOINT, "b").toBuilder().setResponseNonce("stale").build()))
        .isEmpty();
    assertThat(words(only(server.onRequest(ack(ENDPOINT, first.getNonce())))))
        .isEqualTo(Map.of("b", "1"));
  }

  @Test
  void aNameAskedForAgainIsAnsweredThoughTheClientIsCurrent() {
    server.onSnapshot(endpoints(1, Map.of("a", "1")));
    confirm(only(server.onRequest(subscribe(ENDPOINT, "a"))));

    assertThat(words(only(server.onRequest(subscribe(ENDPOINT, "a"))))).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void aMissingResourceIsSaidToBeRemovedAndComesWhenItExists() {
    server.onSnapshot(ResourceSnapshot.EMPTY);
    DeltaDiscoveryResponse missing = only(server.onRequest(subscribe(ROUTE, "later")));
    assertThat(missing.getRemovedResourcesList()).containsExactly("later");
    confirm(missing);

    assertThat(words(only(server.onSnapshot(snapshot(1, Map.of(ROUTE, Map.of("later", "1")))))))
        .isEqualTo(Map.of("later", "1"));
  }

  @Test
  void unsubscribingFromWhatWasNeverSubscribedIsFine() {
    server.onSnapshot(endpoints(1, Map.of("a", "1")));
    confirm(only(server.onRequest(subscribe(ENDPOINT, "a"))));

    assertThat(server.onRequest(unsubscribe(ENDPOINT, "never"))).isEmpty();
  }

  @Test
  void aNameGivenUpUnderTheWildcardIsSentAgainOrSaidToBeRemoved() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    confirm(only(server.onRequest(subscribe(CLUSTER, "*", "a", "missing"))));

    assertThat(words(only(server.onRequest(unsubscribe(CLUSTER, "a")))))
        .isEqualTo(Map.of("a", "1"));
    DeltaDiscoveryResponse again =
        only(
            server.onRequest(
                ack(CLUSTER, "2").toBuilder().addResourceNamesUnsubscribe("missing").build()));
    assertThat(again.getRemovedResourcesList()).containsExactly("missing");
  }

  @Test
  void whatAReconnectedClientHoldsIsNotSentAgain() {
    server.onSnapshot(endpoints(9, Map.of("same", "1", "changed", "2")));

    DeltaDiscoveryResponse response =
        only(
            server.onRequest(
                subscribe(ENDPOINT, "same", "changed", "gone").toBuilder()
                    .putInitialResourceVersions("same", "1")
                    .putInitialResourceVersions("changed", "1")
                    .putInitialResourceVersions("gone", "1")
                    .build()));

    assertThat(words(response)).isEqualTo(Map.of("changed", "2"));
    assertThat(response.getRemovedResourcesList()).containsExactly("gone");
  }

  @Test
  void aReconnectedClientThatIsCurrentHearsNothing() {
    DeltaDiscoveryRequest request =
        subscribe(CLUSTER).toBuilder().putInitialResourceVersions("a", "1").build();
    assertThat(server.onRequest(request)).isEmpty();

    assertThat(sent(server.onSnapshot(clusters(3, Map.of("a", "1"))))).isEmpty();
    assertThat(server.confirmedRevision()).hasValue(3);
  }

  @Test
  void initialVersionsCountOnlyInTheFirstRequestOfAType() {
    server.onSnapshot(endpoints(1, Map.of("a", "1", "b", "1")));
    confirm(only(server.onRequest(subscribe(ENDPOINT, "a"))));

    DeltaDiscoveryRequest late =
        subscribe(ENDPOINT, "b").toBuilder().putInitialResourceVersions("b", "1").build();

    assertThat(words(only(server.onRequest(late)))).isEqualTo(Map.of("b", "1"));
  }

  @Test
  void aRefusalIsFollowedBySilence() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    DeltaDiscoveryResponse response = only(server.onRequest(subscribe(CLUSTER)));

    assertThat(sent(server.onRequest(nack(CLUSTER, response.getNonce())))).isEmpty();
    assertThat(sent(server.onSnapshot(clusters(2, Map.of("a", "1", "b", "1")))))
        .singleElement()
        .satisfies(next -> assertThat(words(next)).isEqualTo(Map.of("b", "1")));
  }

  @Test
  void goodNeighboursOfARefusedResourceTravelAgainAfterTheNextChange() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));
    DeltaDiscoveryResponse response = only(server.onRequest(subscribe(CLUSTER)));
    // says not which: Envoy may have taken neither
    server.onRequest(nack(CLUSTER, response.getNonce()));

    DeltaDiscoveryResponse change =
        only(server.onSnapshot(clusters(2, Map.of("a", "1", "b", "1", "c", "1"))));
    assertThat(words(change)).isEqualTo(Map.of("c", "1"));
    DeltaDiscoveryResponse again = only(server.onRequest(ack(CLUSTER, change.getNonce())));
    assertThat(words(again)).isEqualTo(Map.of("a", "1", "b", "1"));
    assertThat(sent(server.onRequest(nack(CLUSTER, again.getNonce())))).isEmpty();
    assertThat(server.refused(CLUSTER)).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aRefusalByNameLeavesTheNeighboursAlone() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));
    DeltaDiscoveryResponse response = only(server.onRequest(subscribe(CLUSTER)));
    DeltaDiscoveryRequest refusal =
        nack(CLUSTER, response.getNonce()).toBuilder()
            .setErrorDetail(
                ErrorDetail.of(
                    List.of(new ResourceBatch.Refused("b", "1", List.of("lb_policy: unknown"))), 2))
            .build();

    assertThat(server.onRequest(refusal))
        .containsExactly(
            new ServerAction.Refused<>(
                CLUSTER,
                1,
                "1 of 2 resources refused: b: lb_policy: unknown",
                Map.of("b", "lb_policy: unknown"),
                List.of("a", "b")));
    assertThat(server.refused(CLUSTER)).containsExactly("b");
    DeltaDiscoveryResponse mended =
        only(server.onSnapshot(clusters(2, Map.of("a", "1", "b", "2"))));
    assertThat(words(mended)).isEqualTo(Map.of("b", "2"));
    confirm(mended);
    assertThat(server.confirmedRevision()).hasValue(2);
  }

  @Test
  void aRefusedRemovalIsRepeatedWithTheNextChange() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));
    confirm(only(server.onRequest(subscribe(CLUSTER))));
    DeltaDiscoveryResponse refused = only(server.onSnapshot(clusters(2, Map.of("b", "2"))));
    server.onRequest(nack(CLUSTER, refused.getNonce()));

    DeltaDiscoveryResponse change =
        only(server.onSnapshot(clusters(3, Map.of("b", "2", "c", "1"))));
    DeltaDiscoveryResponse again = only(server.onRequest(ack(CLUSTER, change.getNonce())));

    assertThat(words(again)).isEqualTo(Map.of("b", "2"));
    assertThat(again.getRemovedResourcesList()).containsExactly("a");
  }

  @Test
  void aLargeSetTravelsInPartsEachConfirmedBeforeTheNext() {
    ResourceSnapshot.Builder large = ResourceSnapshot.builder(1);
    String mebibyte = "x".repeat(1 << 20);
    for (int i = 0; i < 8; i++) {
      large.add(
          EncodedResource.of(
              new ResourceKey(CLUSTER, "c" + i), "1", Resources.body(CLUSTER, "c" + i, mebibyte)));
    }
    server.onSnapshot(large.build());

    int received = 0;
    int parts = 0;
    List<DeltaDiscoveryResponse> next = sent(server.onRequest(subscribe(CLUSTER)));
    while (!next.isEmpty()) {
      received += next.getFirst().getResourcesCount();
      parts++;
      next = sent(server.onRequest(ack(CLUSTER, next.getFirst().getNonce())));
    }

    assertThat(received).isEqualTo(8);
    assertThat(parts).isGreaterThan(1);
    assertThat(server.confirmedRevision()).hasValue(1);
  }

  @Test
  void aClientThatDoesNotAnswerWhatItNoLongerWantsBlocksNothing() {
    server.onSnapshot(endpoints(1, Map.of("a", "1", "b", "1")));
    only(server.onRequest(subscribe(ENDPOINT, "a")));
    server.onRequest(unsubscribe(ENDPOINT, "a"));

    assertThat(words(only(server.onRequest(subscribe(ENDPOINT, "b"))))).isEqualTo(Map.of("b", "1"));
  }

  @Test
  void aGlobBringsTheMembersOfItsCollection() {
    String inside = "xdstp://weft/envoy.config.endpoint.v3.ClusterLoadAssignment/shop/a?b=2&a=1";
    String outside = "xdstp://weft/envoy.config.endpoint.v3.ClusterLoadAssignment/other/a?a=1&b=2";
    server.onSnapshot(endpoints(1, Map.of(inside, "1", outside, "1")));

    DeltaDiscoveryResponse response =
        only(
            server.onRequest(
                subscribe(
                    ENDPOINT,
                    "xdstp://weft/envoy.config.endpoint.v3.ClusterLoadAssignment/shop/*?a=1&b=2")));

    assertThat(response.getResourcesList())
        .singleElement()
        .satisfies(
            resource ->
                assertThat(resource.getName())
                    .isEqualTo(
                        "xdstp://weft/envoy.config.endpoint.v3.ClusterLoadAssignment/shop/a?a=1&b=2"));
  }
}
