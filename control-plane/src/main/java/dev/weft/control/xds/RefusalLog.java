package dev.weft.control.xds;

import dev.weft.control.admin.ProxyView.Refusal;
import dev.weft.xds.protocol.AdsServerState;
import dev.weft.xds.protocol.ServerAction;
import dev.weft.xds.resource.XdsType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client refuses, and why; bounded, and only for as long as it stands. Confined to the
 * stream.
 */
final class RefusalLog {
  private static final int MAX_PER_TYPE = 100;
  private static final int MAX_REASON = 2_000;

  private final Map<XdsType, Map<String, String>> reasons = new EnumMap<>(XdsType.class);
  private List<String> impossible = List.of();

  /** The client refused a response. */
  void refused(ServerAction.Refused<?> refused) {
    Map<String, String> ofType = reasons.computeIfAbsent(refused.type(), t -> new HashMap<>());
    if (refused.reasons().isEmpty()) {
      refused.carried().forEach(name -> put(ofType, name, refused.message()));
    } else {
      refused.reasons().forEach((name, reason) -> put(ofType, name, reason));
    }
  }

  private static void put(Map<String, String> ofType, String name, String reason) {
    if (ofType.size() < MAX_PER_TYPE || ofType.containsKey(name)) {
      ofType.put(
          name, reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…");
    }
  }

  /** What the client asks for cannot be compiled. */
  void impossible(List<String> problems) {
    impossible = List.copyOf(problems);
  }

  /** It can be compiled (again). */
  void possible() {
    impossible = List.of();
  }

  /** The refusals that stand, in the order of types and names. */
  List<Refusal> standing(AdsServerState<?, ?> state) {
    List<Refusal> standing = new ArrayList<>();
    impossible.forEach(problem -> standing.add(new Refusal("", "", problem)));
    reasons.forEach(
        (type, byName) -> {
          byName.keySet().retainAll(state.refused(type));
          byName.entrySet().stream()
              .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
              .forEach(
                  entry ->
                      standing.add(new Refusal(type.typeUrl(), entry.getKey(), entry.getValue())));
        });
    return standing;
  }
}
