package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The client's side of state-of-the-world streams. */
public final class SotwClientState extends ClientStream<DiscoveryRequest, DiscoveryResponse> {
  /**
   * @param missingAfter how long after it was asked for a resource counts as missing
   */
  public SotwClientState(ClientNode node, ResourceDecoder decoder, Duration missingAfter) {
    super(node, decoder, missingAfter);
  }

  @Override
  public List<ClientAction<DiscoveryRequest>> onResponse(DiscoveryResponse response) {
    List<ClientAction<DiscoveryRequest>> actions = new ArrayList<>();
    XdsType.ofTypeUrl(response.getTypeUrl())
        .map(this::state)
        .filter(type -> type.started) // what was never asked for gets no answer
        .ifPresent(
            type -> {
              List<ClientIntake.Incoming> resources = new ArrayList<>();
              for (Any body : response.getResourcesList()) {
                resources.add(incoming(body, response.getVersionInfo()));
              }
              take(
                  type,
                  new ClientIntake.Response(
                      response.getNonce(),
                      response.getVersionInfo(),
                      resources,
                      List.of(),
                      type.type.fullState()),
                  actions);
            });
    return actions;
  }

  private static ClientIntake.Incoming incoming(Any body, String version) {
    if (!body.is(Resource.class)) {
      return new ClientIntake.Incoming(WireName.of(body), List.of(), version, body, null);
    }
    try {
      return DeltaClientState.incoming(body.unpack(Resource.class), version);
    } catch (InvalidProtocolBufferException e) {
      return new ClientIntake.Incoming("", List.of(), version, body, null);
    }
  }

  @Override
  DiscoveryRequest first(ClientType type) {
    return request(type).build();
  }

  @Override
  void resubscribe(ClientType type, Interest before, List<ClientAction<DiscoveryRequest>> actions) {
    if (type.pending == null) {
      actions.add(new ClientAction.Send<>(request(type).build()));
    } else if (type.pending.delayed()) {
      // the names travel with an answer; this one cannot wait any longer
      actions.add(new ClientAction.StopTimer<>(new ClientTimer.Answer(type.type)));
      sendAnswer(type, actions);
    }
  }

  @Override
  DiscoveryRequest answer(ClientType type, ClientType.Answer answer) {
    DiscoveryRequest.Builder request = request(type);
    if (answer.error() != null) {
      request.setErrorDetail(answer.error());
    }
    return request.build();
  }

  private DiscoveryRequest.Builder request(ClientType type) {
    Set<String> names = type.namesToSend();
    return DiscoveryRequest.newBuilder()
        .setNode(node)
        .setTypeUrl(type.type.typeUrl())
        .addAllResourceNames(names)
        .setVersionInfo(type.version)
        .setResponseNonce(type.nonce);
  }

  @Override
  boolean mayCross() {
    return true;
  }

  @Override
  void supersede(ClientType type, List<ClientAction<DiscoveryRequest>> actions) {
    // an answer to anything but the latest response would be ignored
    type.pending = null;
  }
}
