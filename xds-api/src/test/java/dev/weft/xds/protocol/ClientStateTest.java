package dev.weft.xds.protocol;

import static dev.weft.xds.protocol.Messages.batch;
import static dev.weft.xds.protocol.Messages.deltaResponse;
import static dev.weft.xds.protocol.Messages.requests;
import static dev.weft.xds.protocol.Messages.response;
import static dev.weft.xds.resource.XdsType.CLUSTER;
import static dev.weft.xds.resource.XdsType.ENDPOINT;
import static dev.weft.xds.resource.XdsType.LISTENER;
import static dev.weft.xds.resource.XdsType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.weft.xds.resource.ResourceKey;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ClientStateTest {
  private static final Duration MISSING = Duration.ofSeconds(15);

  private static <Q, P> List<ClientAction<Q>> take(AdsClientState<Q, P> client, P response) {
    List<ClientAction<Q>> actions = new ArrayList<>(client.onResponse(response));
    actions.addAll(client.onApplied());
    return actions;
  }

  private static <Q> List<String> accepted(List<ClientAction<Q>> actions) {
    return batch(actions).accepted().stream()
        .map(resource -> resource.name() + "=" + resource.model())
        .toList();
  }

  @Nested
  class StateOfTheWorld {
    private final SotwClientState client =
        new SotwClientState(Resources.node(), Resources.decoder(), MISSING);

    private DiscoveryRequest only(List<ClientAction<DiscoveryRequest>> actions) {
      assertThat(requests(actions)).hasSize(1);
      return requests(actions).getFirst();
    }

    @Test
    void theNodeIsInEveryRequest() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      DiscoveryRequest first = only(client.onConnected());
      DiscoveryRequest second = only(take(client, response(CLUSTER, "1", "n1", Map.of())));

      assertThat(first.getNode().getId()).isEqualTo("sidecar~shop~catalog~1");
      assertThat(second.getNode()).isEqualTo(first.getNode());
    }

    @Test
    void aConfirmationHasTheNewVersionAndTheNonce() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      assertThat(only(client.onConnected()).getResourceNamesList()).isEmpty();

      List<ClientAction<DiscoveryRequest>> actions =
          take(client, response(CLUSTER, "1", "n1", Map.of("a", "x")));

      assertThat(accepted(actions)).containsExactly("a=x");
      DiscoveryRequest ack = only(actions);
      assertThat(ack.getVersionInfo()).isEqualTo("1");
      assertThat(ack.getResponseNonce()).isEqualTo("n1");
      assertThat(ack.hasErrorDetail()).isFalse();
    }

    @Test
    void aRefusalHasTheOldVersionTheNonceAndTheReasonAndTheGoodNeighbourApplies() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      take(client, response(CLUSTER, "1", "n1", Map.of("a", "x", "b", "x")));

      List<ClientAction<DiscoveryRequest>> actions =
          take(client, response(CLUSTER, "2", "n2", Map.of("a", "y", "b", "bad")));

      assertThat(accepted(actions)).containsExactly("a=y");
      assertThat(batch(actions).absent()).isEmpty();
      DiscoveryRequest nack = only(actions);
      assertThat(nack.getVersionInfo()).isEqualTo("1");
      assertThat(nack.getResponseNonce()).isEqualTo("n2");
      assertThat(nack.getErrorDetail().getMessage())
          .isEqualTo("1 of 2 resources refused: b: word: bad is not allowed");
      assertThat(ErrorDetail.reasons(nack.getErrorDetail())).containsOnlyKeys("b");
    }

    @Test
    void whatIsAbsentFromTheFullSetIsGone() {
      client.onSubscribe(LISTENER, Set.of("*"));
      client.onConnected();
      take(client, response(LISTENER, "1", "n1", Map.of("a", "x", "b", "x")));

      assertThat(batch(take(client, response(LISTENER, "2", "n2", Map.of("a", "x")))).absent())
          .containsExactly("b");
      assertThat(batch(take(client, response(LISTENER, "3", "n3", Map.of()))).absent())
          .containsExactly("a");
    }

    @Test
    void nothingIsKeptOfWhatIsGoneAndWasNotAskedForByName() {
      client.onSubscribe(CLUSTER, Set.of("*", "named"));
      client.onConnected();
      take(client, response(CLUSTER, "1", "n1", Map.of("named", "x", "other", "x")));

      ResourceBatch batch = batch(take(client, response(CLUSTER, "2", "n2", Map.of())));

      assertThat(batch.absent()).containsExactlyInAnyOrder("named", "other");
      assertThat(batch.forgotten()).containsExactly("other");
      assertThat(client.state(CLUSTER).absent).containsExactly("named");
      assertThat(batch(client.onSubscribe(CLUSTER, Set.of("*"))).forgotten())
          .containsExactly("named");
      assertThat(client.state(CLUSTER).absent).isEmpty();
    }

    @Test
    void nothingIsGoneWhileABadResourceHasNoName() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      take(client, response(CLUSTER, "1", "n1", Map.of("a", "x")));
      DiscoveryResponse garbled =
          response(CLUSTER, "2", "n2", Map.of()).toBuilder()
              .addResources(
                  Any.newBuilder()
                      .setTypeUrl(CLUSTER.typeUrl())
                      .setValue(ByteString.copyFromUtf8("\7garbled")))
              .build();

      List<ClientAction<DiscoveryRequest>> actions = take(client, garbled);

      assertThat(batch(actions).absent()).isEmpty();
      assertThat(batch(actions).refused()).hasSize(1);
      assertThat(only(actions).hasErrorDetail()).isTrue();
    }

    @Test
    void absenceFromEndpointsMeansNothing() {
      client.onSubscribe(ENDPOINT, Set.of("a", "b"));
      client.onConnected();
      take(client, response(ENDPOINT, "1", "n1", Map.of("a", "x", "b", "x")));

      List<ClientAction<DiscoveryRequest>> actions =
          take(client, response(ENDPOINT, "2", "n2", Map.of("a", "y")));

      assertThat(batch(actions).absent()).isEmpty();
    }

    @Test
    void duplicateNamesAreRefusedAsAWhole() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      DiscoveryResponse twice =
          response(CLUSTER, "1", "n1", Map.of("a", "x")).toBuilder()
              .addResources(Resources.body(CLUSTER, "a", "y"))
              .build();

      List<ClientAction<DiscoveryRequest>> actions = take(client, twice);

      assertThat(batch(actions).accepted()).isEmpty();
      assertThat(only(actions).getErrorDetail().getMessage()).contains("a is twice");
    }

    @Test
    void aReconnectionBringsTheLastAcceptedVersionAndNoNonce() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      take(client, response(CLUSTER, "1", "n1", Map.of("a", "x")));
      take(client, response(CLUSTER, "2", "n2", Map.of("a", "bad")));
      client.onDisconnected();

      DiscoveryRequest again = only(client.onConnected());

      assertThat(again.getVersionInfo()).isEqualTo("1");
      assertThat(again.getResponseNonce()).isEmpty();
      assertThat(again.getResourceNamesList()).isEmpty();
    }

    @Test
    void anEmptyListIsSentWhenNobodyWantsRoutesAnyMore() {
      client.onSubscribe(ROUTE, Set.of("r"));
      client.onConnected();
      take(client, response(ROUTE, "1", "n1", Map.of("r", "x")));

      List<ClientAction<DiscoveryRequest>> actions = client.onSubscribe(ROUTE, Set.of());

      assertThat(only(actions).getResourceNamesList()).isEmpty();
      assertThat(only(actions).getResponseNonce()).isEqualTo("n1");
      assertThat(batch(actions).forgotten()).containsExactly("r");
    }

    @Test
    void whatWasNeverAskedForIsDroppedAndConfirmed() {
      client.onSubscribe(ENDPOINT, Set.of("a"));
      client.onConnected();

      List<ClientAction<DiscoveryRequest>> actions =
          take(client, response(ENDPOINT, "1", "n1", Map.of("a", "x", "other", "x")));

      assertThat(accepted(actions)).containsExactly("a=x");
      assertThat(only(actions).hasErrorDetail()).isFalse();
    }

    @Test
    void aTypeNeverAskedForGetsNoAnswer() {
      client.onSubscribe(ENDPOINT, Set.of("a"));
      client.onConnected();

      assertThat(take(client, response(ROUTE, "1", "n1", Map.of("r", "x")))).isEmpty();
    }

    @Test
    void theSameVersionWithOtherContentIsTaken() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      take(client, response(CLUSTER, "1", "n1", Map.of("a", "x")));

      assertThat(accepted(take(client, response(CLUSTER, "1", "n1", Map.of("a", "y")))))
          .containsExactly("a=y");
    }

    @Test
    void theFirstRefusalIsSentAtOnceAndRepetitionsLaterAndLater() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      assertThat(requests(take(client, response(CLUSTER, "1", "n1", Map.of("a", "bad")))))
          .hasSize(1);

      List<Duration> delays = new ArrayList<>();
      for (int i = 2; i < 12; i++) {
        for (ClientAction<DiscoveryRequest> action :
            take(client, response(CLUSTER, "1", "n" + i, Map.of("a", "bad")))) {
          if (action instanceof ClientAction.StartTimer<DiscoveryRequest>(var timer, var delay)) {
            delays.add(delay);
            assertThat(only(client.onTimer(timer)).getResponseNonce()).isEqualTo("n" + i);
          } else {
            assertThat(action).isNotInstanceOf(ClientAction.Send.class);
          }
        }
      }

      assertThat(delays)
          .startsWith(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2))
          .endsWith(Duration.ofSeconds(30))
          .hasSize(10);
      // other content is no repetition
      assertThat(requests(take(client, response(CLUSTER, "2", "m", Map.of("a", "bad2")))))
          .hasSize(1);
    }

    @Test
    void aSubscriptionSendsADelayedRefusalAtOnceWithTheNewNames() {
      client.onSubscribe(ENDPOINT, Set.of("a"));
      client.onConnected();
      take(client, response(ENDPOINT, "1", "n1", Map.of("a", "bad")));
      take(client, response(ENDPOINT, "1", "n2", Map.of("a", "bad")));

      DiscoveryRequest request = only(client.onSubscribe(ENDPOINT, List.of("a", "b")));

      assertThat(request.hasErrorDetail()).isTrue();
      assertThat(request.getResponseNonce()).isEqualTo("n2");
      assertThat(request.getResourceNamesList()).containsExactly("a", "b");
    }

    @Test
    void aSubscriptionMadeWhileABatchIsAppliedTravelsWithTheConfirmation() {
      client.onSubscribe(ENDPOINT, Set.of("a"));
      client.onConnected();
      client.onResponse(response(ENDPOINT, "1", "n1", Map.of("a", "x")));

      assertThat(requests(client.onSubscribe(ENDPOINT, List.of("a", "b")))).isEmpty();
      DiscoveryRequest ack = only(client.onApplied());
      assertThat(ack.getResourceNamesList()).containsExactly("a", "b");
      assertThat(ack.getResponseNonce()).isEqualTo("n1");
    }

    @Test
    void aMissingNameIsReportedWhenItsTimeIsOver() {
      client.onSubscribe(ROUTE, Set.of("r"));
      ClientTimer timer = new ClientTimer.Missing(new ResourceKey(ROUTE, "r"));
      assertThat(client.onConnected()).contains(new ClientAction.StartTimer<>(timer, MISSING));

      assertThat(batch(client.onTimer(timer)).absent()).containsExactly("r");
      List<ClientAction<DiscoveryRequest>> late =
          take(client, response(ROUTE, "1", "n1", Map.of("r", "x")));
      assertThat(late).contains(new ClientAction.StopTimer<>(timer));
      assertThat(accepted(late)).containsExactly("r=x");
    }

    @Test
    void aWrappedResourceIsUnwrapped() {
      client.onSubscribe(ROUTE, Set.of("r"));
      client.onConnected();
      DiscoveryResponse wrapped =
          response(ROUTE, "1", "n1", Map.of()).toBuilder()
              .addResources(
                  Any.pack(
                      Resource.newBuilder()
                          .setName("r")
                          .setResource(Resources.body(ROUTE, "r", "x"))
                          .build()))
              .build();

      assertThat(accepted(take(client, wrapped))).containsExactly("r=x");
    }
  }

  @Nested
  class Delta {
    private final DeltaClientState client =
        new DeltaClientState(Resources.node(), Resources.decoder(), MISSING);

    private DeltaDiscoveryRequest only(List<ClientAction<DeltaDiscoveryRequest>> actions) {
      assertThat(requests(actions)).hasSize(1);
      return requests(actions).getFirst();
    }

    @Test
    void aConfirmationIsTheNonceAndNothingElse() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();

      DeltaDiscoveryRequest ack =
          only(take(client, deltaResponse(CLUSTER, "n1", Map.of("a", "x"))));

      assertThat(ack)
          .isEqualTo(
              DeltaDiscoveryRequest.newBuilder()
                  .setNode(Resources.node().toMessage())
                  .setTypeUrl(CLUSTER.typeUrl())
                  .setResponseNonce("n1")
                  .build());
    }

    @Test
    void aChangeOfTheSubscriptionIsARequestOfItsOwnWithoutNonce() {
      client.onSubscribe(ENDPOINT, Set.of("a", "b"));
      client.onConnected();
      take(client, deltaResponse(ENDPOINT, "n1", Map.of("a", "x", "b", "x")));

      DeltaDiscoveryRequest change = only(client.onSubscribe(ENDPOINT, Set.of("b", "c")));

      assertThat(change.getResponseNonce()).isEmpty();
      assertThat(change.getResourceNamesSubscribeList()).containsExactly("c");
      assertThat(change.getResourceNamesUnsubscribeList()).containsExactly("a");
    }

    @Test
    void aReconnectionBringsTheWholeSubscriptionAndTheVersionsHeldOnce() {
      client.onSubscribe(ENDPOINT, List.of("a", "b", "c", "d"));
      client.onConnected();
      take(client, deltaResponse(ENDPOINT, "n1", Map.of("a", "x", "b", "x", "c", "bad"), "d"));
      take(client, deltaResponse(ENDPOINT, "n2", Map.of("a", "y"), "b"));
      client.onDisconnected();

      DeltaDiscoveryRequest first = only(client.onConnected());

      assertThat(first.getResourceNamesSubscribeList()).containsExactly("a", "b", "c", "d");
      assertThat(first.getInitialResourceVersionsMap()).isEqualTo(Map.of("a", "y"));
      assertThat(first.getResponseNonce()).isEmpty();
      assertThat(only(client.onSubscribe(ENDPOINT, List.of("a"))).getInitialResourceVersionsMap())
          .isEmpty();
    }

    @Test
    void whatWasRestoredFromDiskCountsAsHeld() {
      Any body = Resources.body(CLUSTER, "a", "x");
      client.restore(CLUSTER, "a", "7", "x", body.getValue().asReadOnlyByteBuffer());
      client.onSubscribe(CLUSTER, Set.of("*"));

      assertThat(only(client.onConnected()).getInitialResourceVersionsMap())
          .isEqualTo(Map.of("a", "7"));
    }

    @Test
    void goodResourcesApplyAndBadOnesAreRefusedByName() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();

      List<ClientAction<DeltaDiscoveryRequest>> actions =
          take(client, deltaResponse(CLUSTER, "n1", Map.of("a", "x", "b", "bad")));

      assertThat(accepted(actions)).containsExactly("a=x");
      assertThat(batch(actions).refused())
          .containsExactly(
              new ResourceBatch.Refused("b", "bad", List.of("word: bad is not allowed")));
      assertThat(ErrorDetail.reasons(only(actions).getErrorDetail()))
          .isEqualTo(Map.of("b", "word: bad is not allowed"));
    }

    @Test
    void aNameBothSentAndRemovedIsRefusedAsAWhole() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();

      List<ClientAction<DeltaDiscoveryRequest>> actions =
          take(client, deltaResponse(CLUSTER, "n1", Map.of("a", "x"), "a"));

      assertThat(batch(actions).accepted()).isEmpty();
      assertThat(only(actions).getErrorDetail().getMessage()).contains("both sent and removed");
    }

    @Test
    void aRemovalOfWhatIsNotThereIsConfirmed() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();

      assertThat(only(take(client, deltaResponse(CLUSTER, "n1", Map.of(), "a"))).hasErrorDetail())
          .isFalse();
    }

    @Test
    void anAliasCountsAsAName() {
      client.onSubscribe(ROUTE, Set.of("alias"));
      client.onConnected();
      DeltaDiscoveryResponse response =
          deltaResponse(ROUTE, "n1", Map.of()).toBuilder()
              .addResources(
                  Resource.newBuilder()
                      .setName("real")
                      .addAliases("alias")
                      .setVersion("1")
                      .setResource(Resources.body(ROUTE, "real", "x")))
              .build();

      assertThat(accepted(take(client, response))).containsExactly("alias=x");
    }

    @Test
    void aResourceWithATimeToLiveGoesUnlessAHeartbeatComes() {
      client.onSubscribe(ENDPOINT, Set.of("a"));
      client.onConnected();
      ClientTimer expiry = new ClientTimer.Expiry(new ResourceKey(ENDPOINT, "a"));
      Resource mortal =
          Resource.newBuilder()
              .setName("a")
              .setVersion("1")
              .setResource(Resources.body(ENDPOINT, "a", "x"))
              .setTtl(com.google.protobuf.Duration.newBuilder().setSeconds(3))
              .build();
      DeltaDiscoveryResponse.Builder response = deltaResponse(ENDPOINT, "n1", Map.of()).toBuilder();

      assertThat(take(client, response.clone().addResources(mortal).build()))
          .contains(new ClientAction.StartTimer<>(expiry, Duration.ofSeconds(3)));
      List<ClientAction<DeltaDiscoveryRequest>> heartbeat =
          take(client, response.clone().addResources(mortal.toBuilder().clearResource()).build());
      assertThat(heartbeat).contains(new ClientAction.StartTimer<>(expiry, Duration.ofSeconds(3)));
      assertThat(only(heartbeat).hasErrorDetail()).isFalse();

      assertThat(batch(client.onTimer(expiry)).absent()).containsExactly("a");
    }

    @Test
    void nothingIsKeptOfWhatExpiresUnderAWildcard() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      take(client, deltaResponse(CLUSTER, "n1", Map.of("a", "x")));

      ResourceBatch batch =
          batch(client.onTimer(new ClientTimer.Expiry(new ResourceKey(CLUSTER, "a"))));

      assertThat(batch.absent()).containsExactly("a");
      assertThat(batch.forgotten()).containsExactly("a");
      assertThat(client.state(CLUSTER).absent).isEmpty();
    }

    @Test
    void aDelayedRefusalGoesOutBeforeTheNextResponseIsTaken() {
      client.onSubscribe(CLUSTER, Set.of("*"));
      client.onConnected();
      take(client, deltaResponse(CLUSTER, "n1", Map.of("a", "bad")));
      assertThat(requests(take(client, deltaResponse(CLUSTER, "n2", Map.of("a", "bad")))))
          .isEmpty();

      assertThat(requests(take(client, deltaResponse(CLUSTER, "n3", Map.of("a", "good")))))
          .extracting(DeltaDiscoveryRequest::getResponseNonce)
          .containsExactly("n2", "n3");
    }

    @Test
    void unchangedBytesAreNotDecodedAgain() {
      client.onSubscribe(ENDPOINT, Set.of("a"));
      client.onConnected();
      Object model =
          batch(take(client, deltaResponse(ENDPOINT, "n1", Map.of("a", "x"))))
              .accepted()
              .getFirst()
              .model();
      DeltaDiscoveryResponse renamed =
          deltaResponse(ENDPOINT, "n2", Map.of()).toBuilder()
              .addResources(
                  Resource.newBuilder()
                      .setName("a")
                      .setVersion("other")
                      .setResource(Resources.body(ENDPOINT, "a", "x")))
              .build();

      ResourceBatch.Accepted again = batch(take(client, renamed)).accepted().getFirst();

      assertThat(again.model()).isSameAs(model);
      assertThat(again.changed()).isFalse();
      assertThat(again.version()).isEqualTo("other");
    }
  }
}
