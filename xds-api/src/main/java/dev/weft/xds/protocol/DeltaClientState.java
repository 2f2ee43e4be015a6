package dev.weft.xds.protocol;

import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The client's side of delta streams. */
public final class DeltaClientState
    extends ClientStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  /**
   * @param missingAfter how long after it was asked for a resource counts as missing
   */
  public DeltaClientState(ClientNode node, ResourceDecoder decoder, Duration missingAfter) {
    super(node, decoder, missingAfter);
  }

  @Override
  public List<ClientAction<DeltaDiscoveryRequest>> onResponse(DeltaDiscoveryResponse response) {
    List<ClientAction<DeltaDiscoveryRequest>> actions = new ArrayList<>();
    XdsType.ofTypeUrl(response.getTypeUrl())
        .map(this::state)
        .filter(type -> type.started) // what was never asked for gets no answer
        .ifPresent(
            type ->
                take(
                    type,
                    new ClientIntake.Response(
                        response.getNonce(),
                        response.getSystemVersionInfo(),
                        response.getResourcesList().stream()
                            .map(resource -> incoming(resource, resource.getVersion()))
                            .toList(),
                        response.getRemovedResourcesList(),
                        false),
                    actions));
    return actions;
  }

  /** Also what state of the world wraps, under the version of its response. */
  static ClientIntake.Incoming incoming(Resource resource, String version) {
    return new ClientIntake.Incoming(
        resource.getName(),
        List.copyOf(resource.getAliasesList()),
        version,
        resource.hasResource() ? resource.getResource() : null,
        resource.hasTtl()
            ? Duration.ofSeconds(resource.getTtl().getSeconds(), resource.getTtl().getNanos())
            : null);
  }

  @Override
  DeltaDiscoveryRequest first(ClientType type) {
    DeltaDiscoveryRequest.Builder request =
        request(type).addAllResourceNamesSubscribe(type.namesToSend());
    type.held.forEach((name, held) -> request.putInitialResourceVersions(name, held.version()));
    return request.build();
  }

  @Override
  void resubscribe(
      ClientType type, Interest before, List<ClientAction<DeltaDiscoveryRequest>> actions) {
    Set<String> added = new LinkedHashSet<>(type.interest.spelt());
    added.removeAll(before.spelt());
    Set<String> dropped = new LinkedHashSet<>(before.spelt());
    dropped.removeAll(type.interest.spelt());
    // never together with an answer, which some servers refuse
    actions.add(
        new ClientAction.Send<>(
            request(type)
                .addAllResourceNamesSubscribe(added)
                .addAllResourceNamesUnsubscribe(dropped)
                .build()));
  }

  @Override
  DeltaDiscoveryRequest answer(ClientType type, ClientType.Answer answer) {
    DeltaDiscoveryRequest.Builder request = request(type).setResponseNonce(answer.nonce());
    if (answer.error() != null) {
      request.setErrorDetail(answer.error());
    }
    return request.build();
  }

  private DeltaDiscoveryRequest.Builder request(ClientType type) {
    return DeltaDiscoveryRequest.newBuilder().setNode(node).setTypeUrl(type.type.typeUrl());
  }

  @Override
  boolean mayCross() {
    return false;
  }

  @Override
  void supersede(ClientType type, List<ClientAction<DeltaDiscoveryRequest>> actions) {
    // every response has an answer of its own
    sendAnswer(type, actions);
  }
}
