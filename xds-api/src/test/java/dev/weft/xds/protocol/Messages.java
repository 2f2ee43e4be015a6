package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Requests, responses and what is in them, in one line each. */
final class Messages {
  private Messages() {}

  static DiscoveryRequest sotw(XdsType type, String nonce, String... names) {
    return DiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .setResponseNonce(nonce)
        .addAllResourceNames(List.of(names))
        .build();
  }

  static DiscoveryRequest sotwNack(XdsType type, String nonce, String... names) {
    return sotw(type, nonce, names).toBuilder().setErrorDetail(error("no good")).build();
  }

  static DeltaDiscoveryRequest subscribe(XdsType type, String... names) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNamesSubscribe(List.of(names))
        .build();
  }

  static DeltaDiscoveryRequest unsubscribe(XdsType type, String... names) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNamesUnsubscribe(List.of(names))
        .build();
  }

  static DeltaDiscoveryRequest ack(XdsType type, String nonce) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .setResponseNonce(nonce)
        .build();
  }

  static DeltaDiscoveryRequest nack(XdsType type, String nonce) {
    return ack(type, nonce).toBuilder().setErrorDetail(error("no good")).build();
  }

  static Status error(String message) {
    return Status.newBuilder().setCode(13).setMessage(message).build();
  }

  /** The responses among the actions, in order. */
  static <P> List<P> sent(List<ServerAction<P>> actions) {
    return actions.stream()
        .filter(ServerAction.Send.class::isInstance)
        .map(action -> ((ServerAction.Send<P>) action).response())
        .toList();
  }

  /** The one response among the actions. */
  static <P> P only(List<ServerAction<P>> actions) {
    List<P> sent = sent(actions);
    if (sent.size() != 1) {
      throw new AssertionError("expected one response, got " + sent);
    }
    return sent.getFirst();
  }

  /** The types of the responses among the actions, in order. */
  static <P> List<XdsType> types(List<ServerAction<P>> actions) {
    return actions.stream()
        .filter(ServerAction.Send.class::isInstance)
        .map(action -> ((ServerAction.Send<P>) action).type())
        .toList();
  }

  /** The requests among the actions, in order. */
  static <Q> List<Q> requests(List<ClientAction<Q>> actions) {
    return actions.stream()
        .filter(ClientAction.Send.class::isInstance)
        .map(action -> ((ClientAction.Send<Q>) action).request())
        .toList();
  }

  /** The one batch among the actions. */
  static <Q> ResourceBatch batch(List<ClientAction<Q>> actions) {
    List<ResourceBatch> batches =
        actions.stream()
            .filter(ClientAction.Apply.class::isInstance)
            .map(action -> ((ClientAction.Apply<Q>) action).batch())
            .toList();
    if (batches.size() != 1) {
      throw new AssertionError("expected one batch, got " + batches);
    }
    return batches.getFirst();
  }

  static DiscoveryResponse response(
      XdsType type, String version, String nonce, Map<String, String> words) {
    DiscoveryResponse.Builder response =
        DiscoveryResponse.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setVersionInfo(version)
            .setNonce(nonce);
    new TreeMap<>(words)
        .forEach((name, word) -> response.addResources(Resources.body(type, name, word)));
    return response.build();
  }

  static DeltaDiscoveryResponse deltaResponse(
      XdsType type, String nonce, Map<String, String> words, String... removed) {
    DeltaDiscoveryResponse.Builder response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setNonce(nonce)
            .addAllRemovedResources(List.of(removed));
    new TreeMap<>(words)
        .forEach(
            (name, word) ->
                response.addResources(
                    Resource.newBuilder()
                        .setName(name)
                        .setVersion(word)
                        .setResource(Resources.body(type, name, word))));
    return response.build();
  }

  /** Names and words of a state-of-the-world response. */
  static Map<String, String> words(DiscoveryResponse response) {
    XdsType type = XdsType.ofTypeUrl(response.getTypeUrl()).orElseThrow();
    Map<String, String> words = new TreeMap<>();
    response.getResourcesList().forEach(body -> words.put(WireName.of(body), word(type, body)));
    return words;
  }

  /** Names and words of a delta response. */
  static Map<String, String> words(DeltaDiscoveryResponse response) {
    XdsType type = XdsType.ofTypeUrl(response.getTypeUrl()).orElseThrow();
    Map<String, String> words = new TreeMap<>();
    response
        .getResourcesList()
        .forEach(resource -> words.put(resource.getName(), word(type, resource.getResource())));
    return words;
  }

  private static String word(XdsType type, Any body) {
    try {
      return Resources.word(type, body);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
