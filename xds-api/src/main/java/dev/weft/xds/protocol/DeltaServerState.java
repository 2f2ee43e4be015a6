package dev.weft.xds.protocol;

import dev.weft.xds.resource.ResourceName;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server's side of a delta stream. */
public final class DeltaServerState
    extends ServerStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  private DeltaServerState(@Nullable XdsType only) {
    super(only);
  }

  /** For an aggregated stream, where every request names its type. */
  public static DeltaServerState aggregated() {
    return new DeltaServerState(null);
  }

  /** For a stream of one type, which requests need not name. */
  public static DeltaServerState only(XdsType type) {
    return new DeltaServerState(type);
  }

  @Override
  public List<ServerAction<DeltaDiscoveryResponse>> onRequest(DeltaDiscoveryRequest request) {
    List<ServerAction<DeltaDiscoveryResponse>> actions = new ArrayList<>();
    typeOf(request.getTypeUrl(), actions)
        .ifPresent(
            type -> {
              if (type.outstanding != null
                  && type.outstanding.nonce().equals(request.getResponseNonce())) {
                answer(type, request.hasErrorDetail(), request.getErrorDetail(), actions);
              }
              // whatever the nonce, a change of the subscription counts
              if (subscribe(type, request, actions)) {
                pump(actions);
              }
            });
    return actions;
  }

  private boolean subscribe(
      ServerType type,
      DeltaDiscoveryRequest request,
      List<ServerAction<DeltaDiscoveryResponse>> actions) {
    boolean first = !type.started;
    boolean had = type.subscription.wildcard();
    type.started = true;
    Subscription.Change change =
        type.subscription.change(
            request.getResourceNamesSubscribeList(),
            request.getResourceNamesUnsubscribeList(),
            first);
    if (tooManyNames(type, actions)) {
      return false;
    }
    List<String> asked = new ArrayList<>();
    for (String name : change.asked()) {
      if (ResourceName.isGlob(name)) {
        type.dirty = true;
        type.answerOwed = true;
      } else {
        asked.add(name);
      }
    }
    // still covered by a wildcard: the client must hear whether it keeps the resource
    change.dropped().stream()
        .filter(name -> !ResourceName.isGlob(name) && type.subscription.wants(name))
        .forEach(asked::add);
    type.drop(
        change.dropped(),
        (had && !type.subscription.wildcard())
            || change.dropped().stream().anyMatch(ResourceName::isGlob));
    type.recallGhosts(snapshot());
    type.ask(asked);
    if (first) {
      type.claim(canonical(request.getInitialResourceVersionsMap()), snapshot());
    }
    if (change.wildcardBegan()) {
      type.dirty = true;
      type.answerOwed = request.getInitialResourceVersionsCount() == 0;
    } else if (request.getResourceNamesSubscribeList().contains(ResourceName.WILDCARD)) {
      type.answerOwed = true;
    }
    return true;
  }

  private static Map<String, String> canonical(Map<String, String> versions) {
    Map<String, String> canonical = new HashMap<>();
    versions.forEach((name, version) -> canonical.put(ResourceName.canonical(name), version));
    return canonical;
  }

  @Override
  ResponseForm form(XdsType type) {
    return ResponseForm.CHANGES;
  }

  @Override
  DeltaDiscoveryResponse response(
      ServerType type, ResourceSnapshot snapshot, ResponsePlan plan, String nonce) {
    DeltaDiscoveryResponse.Builder response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(type.type.typeUrl())
            .setNonce(nonce)
            .setSystemVersionInfo(snapshot.version(type.type))
            .addAllRemovedResources(plan.removals());
    plan.upserts().forEach(resource -> response.addResources(resource.wire()));
    return response.build();
  }
}
