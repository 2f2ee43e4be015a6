package dev.weft.xds.protocol;

import static dev.weft.xds.protocol.Messages.only;
import static dev.weft.xds.protocol.Messages.sent;
import static dev.weft.xds.protocol.Messages.sotw;
import static dev.weft.xds.protocol.Messages.sotwNack;
import static dev.weft.xds.protocol.Messages.words;
import static dev.weft.xds.protocol.Resources.snapshot;
import static dev.weft.xds.resource.XdsType.CLUSTER;
import static dev.weft.xds.resource.XdsType.ENDPOINT;
import static dev.weft.xds.resource.XdsType.LISTENER;
import static dev.weft.xds.resource.XdsType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SotwServerStateTest {
  private final SotwServerState server = SotwServerState.aggregated();

  private static ResourceSnapshot clusters(long revision, Map<String, String> words) {
    return snapshot(revision, Map.of(CLUSTER, words));
  }

  @Test
  void anEmptyListOfClustersIsTheWildcard() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));

    assertThat(words(only(server.onRequest(sotw(CLUSTER, "")))))
        .isEqualTo(Map.of("a", "1", "b", "1"));
  }

  @Test
  void theWildcardIsAnsweredEvenIfThereIsNothing() {
    server.onSnapshot(ResourceSnapshot.EMPTY);

    assertThat(only(server.onRequest(sotw(LISTENER, ""))).getResourcesList()).isEmpty();
  }

  @Test
  void anEmptyListOfEndpointsIsNoWildcard() {
    server.onSnapshot(snapshot(1, Map.of(ENDPOINT, Map.of("a", "1"))));

    assertThat(sent(server.onRequest(sotw(ENDPOINT, "")))).isEmpty();
  }

  @Test
  void afterANameAnEmptyListUnsubscribesFromAll() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));
    DiscoveryResponse named = only(server.onRequest(sotw(CLUSTER, "", "a")));
    assertThat(words(named)).isEqualTo(Map.of("a", "1"));

    assertThat(sent(server.onRequest(sotw(CLUSTER, named.getNonce())))).isEmpty();
    assertThat(sent(server.onSnapshot(clusters(2, Map.of("a", "2", "b", "2"))))).isEmpty();
    assertThat(server.types()).isEmpty();
  }

  @Test
  void anExplicitWildcardMayHaveNamesBesides() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));

    assertThat(words(only(server.onRequest(sotw(CLUSTER, "", "*", "a"))))).hasSize(2);
  }

  @Test
  void whatIsConfirmedIsNotSentAgain() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    DiscoveryResponse response = only(server.onRequest(sotw(CLUSTER, "")));

    List<ServerAction<DiscoveryResponse>> actions =
        server.onRequest(sotw(CLUSTER, response.getNonce()));

    assertThat(actions).containsExactly(new ServerAction.Acknowledged<>(CLUSTER, 1));
    assertThat(sent(server.onSnapshot(clusters(2, Map.of("a", "1"))))).isEmpty();
    assertThat(server.confirmedRevision()).hasValue(2);
  }

  @Test
  void whatIsRefusedIsNotSentAgainUntilItChanges() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    DiscoveryResponse response = only(server.onRequest(sotw(CLUSTER, "")));

    // the version is the old one, as it should be, or even the new one: error_detail decides
    DiscoveryRequest refusal =
        sotwNack(CLUSTER, response.getNonce()).toBuilder()
            .setVersionInfo(response.getVersionInfo())
            .build();
    List<ServerAction<DiscoveryResponse>> actions = server.onRequest(refusal);

    assertThat(actions)
        .containsExactly(new ServerAction.Refused<>(CLUSTER, 1, "no good", Map.of(), List.of("a")));
    assertThat(server.refused(CLUSTER)).containsExactly("a");
    assertThat(server.confirmedRevision()).isEmpty();
    assertThat(sent(server.onSnapshot(clusters(2, Map.of("a", "1"))))).isEmpty();
    assertThat(words(only(server.onSnapshot(clusters(3, Map.of("a", "2"))))))
        .isEqualTo(Map.of("a", "2"));
    assertThat(server.refused(CLUSTER)).isEmpty();
  }

  @Test
  void aConfirmationWithTheOldVersionIsNoRefusal() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    DiscoveryResponse response = only(server.onRequest(sotw(CLUSTER, "")));

    assertThat(server.onRequest(sotw(CLUSTER, response.getNonce())))
        .containsExactly(new ServerAction.Acknowledged<>(CLUSTER, 1));
  }

  @Test
  void aStaleRequestIsIgnoredAndItsNamesComeWithTheAnswerThatFollows() {
    server.onSnapshot(snapshot(1, Map.of(ENDPOINT, Map.of("a", "1", "b", "1"))));
    DiscoveryResponse first = only(server.onRequest(sotw(ENDPOINT, "", "a")));
    server.onRequest(sotw(ENDPOINT, first.getNonce(), "a"));
    DiscoveryResponse second =
        only(server.onSnapshot(snapshot(2, Map.of(ENDPOINT, Map.of("a", "2", "b", "1")))));

    assertThat(server.onRequest(sotw(ENDPOINT, first.getNonce(), "a", "b"))).isEmpty();
    assertThat(words(only(server.onRequest(sotw(ENDPOINT, second.getNonce(), "a", "b")))))
        .isEqualTo(Map.of("b", "1"));
  }

  @Test
  void aNewNameIsAnsweredAtTheSameVersion() {
    server.onSnapshot(snapshot(1, Map.of(ENDPOINT, Map.of("a", "1", "b", "1"))));
    DiscoveryResponse first = only(server.onRequest(sotw(ENDPOINT, "", "a")));

    DiscoveryResponse second = only(server.onRequest(sotw(ENDPOINT, first.getNonce(), "a", "b")));

    assertThat(words(second)).isEqualTo(Map.of("b", "1"));
    assertThat(second.getVersionInfo()).isEqualTo(first.getVersionInfo());
    assertThat(second.getNonce()).isNotEqualTo(first.getNonce());
  }

  @Test
  void aNameMayBeWantedBeforeItExists() {
    server.onSnapshot(ResourceSnapshot.EMPTY);
    assertThat(sent(server.onRequest(sotw(ROUTE, "", "later")))).isEmpty();

    assertThat(words(only(server.onSnapshot(snapshot(1, Map.of(ROUTE, Map.of("later", "1")))))))
        .isEqualTo(Map.of("later", "1"));
  }

  @Test
  void aMissingListenerAskedForByNameIsAnsweredByItsAbsence() {
    server.onSnapshot(snapshot(1, Map.of(LISTENER, Map.of("other", "1"))));

    assertThat(only(server.onRequest(sotw(LISTENER, "", "missing"))).getResourcesList()).isEmpty();
  }

  @Test
  void theFullSetIsSentWhenOneClusterChanges() {
    server.onSnapshot(clusters(1, Map.of("a", "1", "b", "1")));
    DiscoveryResponse response = only(server.onRequest(sotw(CLUSTER, "")));
    server.onRequest(sotw(CLUSTER, response.getNonce()));

    assertThat(words(only(server.onSnapshot(clusters(2, Map.of("a", "2", "b", "1"))))))
        .isEqualTo(Map.of("a", "2", "b", "1"));
  }

  @Test
  void anEmptySetDeletesAll() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    DiscoveryResponse response = only(server.onRequest(sotw(CLUSTER, "")));
    server.onRequest(sotw(CLUSTER, response.getNonce()));

    assertThat(only(server.onSnapshot(ResourceSnapshot.EMPTY)).getResourcesList()).isEmpty();
  }

  @Test
  void removedEndpointsAreNoNews() {
    server.onSnapshot(snapshot(1, Map.of(ENDPOINT, Map.of("a", "1"))));
    DiscoveryResponse response = only(server.onRequest(sotw(ENDPOINT, "", "a")));
    server.onRequest(sotw(ENDPOINT, response.getNonce(), "a"));

    assertThat(sent(server.onSnapshot(snapshot(2, Map.of())))).isEmpty();
  }

  @Test
  void changesMergeWhileAResponseIsUnanswered() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    DiscoveryResponse response = only(server.onRequest(sotw(CLUSTER, "")));

    assertThat(server.onSnapshot(clusters(2, Map.of("a", "2")))).isEmpty();
    assertThat(server.onSnapshot(clusters(3, Map.of("a", "3", "b", "1")))).isEmpty();
    assertThat(words(only(server.onRequest(sotw(CLUSTER, response.getNonce())))))
        .isEqualTo(Map.of("a", "3", "b", "1"));
  }

  @Test
  void aReconnectedClientIsAnsweredInFullWhateverVersionItBrings() {
    server.onSnapshot(clusters(1, Map.of("a", "1")));
    DiscoveryRequest request =
        sotw(CLUSTER, "nonce-of-a-dead-stream").toBuilder().setVersionInfo("7").build();

    assertThat(words(only(server.onRequest(request)))).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void requestsBeforeTheFirstSnapshotAreAnsweredByIt() {
    assertThat(server.onRequest(sotw(CLUSTER, ""))).isEmpty();

    assertThat(words(only(server.onSnapshot(clusters(1, Map.of("a", "1"))))))
        .isEqualTo(Map.of("a", "1"));
  }

  @Test
  void anAggregatedStreamNeedsTheType() {
    assertThat(server.onRequest(DiscoveryRequest.getDefaultInstance()))
        .singleElement()
        .isInstanceOf(ServerAction.Violation.class);
  }

  @Test
  void anUnknownTypeGetsNoAnswer() {
    assertThat(server.onRequest(DiscoveryRequest.newBuilder().setTypeUrl("x/y.Z").build()))
        .containsExactly(new ServerAction.Unsupported<>("x/y.Z"));
  }

  @Test
  void aStreamOfOneTypeImpliesItAndTakesNoOther() {
    SotwServerState clusters = SotwServerState.only(CLUSTER);
    clusters.onSnapshot(clusters(1, Map.of("a", "1")));

    assertThat(words(only(clusters.onRequest(DiscoveryRequest.getDefaultInstance()))))
        .isEqualTo(Map.of("a", "1"));
    assertThat(clusters.onRequest(sotw(LISTENER, "")))
        .singleElement()
        .isInstanceOf(ServerAction.Violation.class);
  }

  @Test
  void tooManyNamesAreAViolation() {
    DiscoveryRequest.Builder request = sotw(ENDPOINT, "").toBuilder();
    for (int i = 0; i <= ServerType.MAX_NAMES; i++) {
      request.addResourceNames("n" + i);
    }

    assertThat(server.onRequest(request.build()))
        .singleElement()
        .isInstanceOf(ServerAction.Violation.class);
  }
}
