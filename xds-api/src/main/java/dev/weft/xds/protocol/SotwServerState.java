package dev.weft.xds.protocol;

import dev.weft.xds.resource.ResourceName;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a state-of-the-world stream. The version a client brings from an earlier
 * stream is not relied upon: it may have taken parts of a later response that it refused, so the
 * first request of a stream is always answered in full.
 */
public final class SotwServerState extends ServerStream<DiscoveryRequest, DiscoveryResponse> {
  private SotwServerState(@Nullable XdsType only) {
    super(only);
  }

  /** For an aggregated stream, where every request names its type. */
  public static SotwServerState aggregated() {
    return new SotwServerState(null);
  }

  /** For a stream of one type, which requests need not name. */
  public static SotwServerState only(XdsType type) {
    return new SotwServerState(type);
  }

  @Override
  public List<ServerAction<DiscoveryResponse>> onRequest(DiscoveryRequest request) {
    List<ServerAction<DiscoveryResponse>> actions = new ArrayList<>();
    typeOf(request.getTypeUrl(), actions)
        .ifPresent(
            type -> {
              if (!type.lastNonce.isEmpty() && !type.lastNonce.equals(request.getResponseNonce())) {
                return; // stale: the answer to the newer response says all this again
              }
              answer(type, request.hasErrorDetail(), request.getErrorDetail(), actions);
              type.started = true;
              if (subscribe(type, request, actions)) {
                pump(actions);
              }
            });
    return actions;
  }

  private boolean subscribe(
      ServerType type, DiscoveryRequest request, List<ServerAction<DiscoveryResponse>> actions) {
    boolean had = type.subscription.wildcard();
    Subscription.Change change = type.subscription.replace(request.getResourceNamesList());
    if (tooManyNames(type, actions)) {
      return false;
    }
    type.drop(
        change.dropped(),
        (had && !type.subscription.wildcard())
            || change.dropped().stream().anyMatch(ResourceName::isGlob));
    type.ask(change.asked());
    if (change.wildcardBegan()) {
      type.dirty = true;
      type.answerOwed = true;
    }
    return true;
  }

  @Override
  ResponseForm form(XdsType type) {
    return type.fullState() ? ResponseForm.WHOLE : ResponseForm.PART;
  }

  @Override
  DiscoveryResponse response(
      ServerType type, ResourceSnapshot snapshot, ResponsePlan plan, String nonce) {
    String version = snapshot.version(type.type);
    DiscoveryResponse.Builder response =
        DiscoveryResponse.newBuilder().setTypeUrl(type.type.typeUrl()).setNonce(nonce);
    if (type.form == ResponseForm.WHOLE) {
      type.wanted(snapshot).forEach(resource -> response.addResources(resource.body()));
      int lingering = 0;
      for (EncodedResource resource : type.lingering()) {
        if (!plan.removals().contains(resource.name())) {
          response.addResources(resource.body());
          lingering++;
        }
      }
      return response.setVersionInfo(lingering == 0 ? version : version + "+" + lingering).build();
    }
    plan.upserts().forEach(resource -> response.addResources(resource.body()));
    return response.setVersionInfo(version).build();
  }
}
