package dev.weft.xds.protocol;

import com.google.rpc.Status;
import dev.weft.xds.resource.XdsType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What both variants of the server share: the order between types, one unanswered response for
 * each, and what follows from an answer.
 */
abstract sealed class ServerStream<Q, P> implements AdsServerState<Q, P>
    permits SotwServerState, DeltaServerState {
  /**
   * Listeners and routes wait for the clusters and endpoints they may need. A client for which new
   * ones never stop coming gets them all the same after so many snapshots.
   */
  private static final int PATIENCE = 32;

  private static final Set<XdsType> NEEDED_FIRST =
      EnumSet.of(XdsType.SECRET, XdsType.CLUSTER, XdsType.ENDPOINT);

  private final @Nullable XdsType only;
  private final Map<XdsType, ServerType> types = new EnumMap<>(XdsType.class);
  private @Nullable ResourceSnapshot snapshot;
  private long number;
  private long nonce;
  private int heldBack;

  /**
   * @param only the type of a stream that carries one type, or null for an aggregated stream
   */
  ServerStream(@Nullable XdsType only) {
    this.only = only;
  }

  /** What the variant's responses of this type say of what they do not carry. */
  abstract ResponseForm form(XdsType type);

  /** Builds the message; the plan is what changed. */
  abstract P response(ServerType type, ResourceSnapshot snapshot, ResponsePlan plan, String nonce);

  @Override
  public final List<ServerAction<P>> onSnapshot(ResourceSnapshot next) {
    ResourceSnapshot previous = snapshot;
    snapshot = next;
    number++;
    types.values().forEach(type -> type.onSnapshot(previous, next, number));
    if (heldBack > 0) {
      heldBack++;
    }
    List<ServerAction<P>> actions = new ArrayList<>();
    pump(actions);
    return actions;
  }

  /**
   * The state of the type a request is about, or an empty one with the reason among the actions.
   */
  final Optional<ServerType> typeOf(String typeUrl, List<ServerAction<P>> actions) {
    if (typeUrl.isEmpty() && only != null) {
      return Optional.of(state(only));
    }
    if (typeUrl.isEmpty()) {
      actions.add(
          new ServerAction.Violation<>(
              "type_url is empty; on an aggregated stream every request must name its type"));
      return Optional.empty();
    }
    Optional<XdsType> type = XdsType.ofTypeUrl(typeUrl);
    if (only != null && !type.equals(Optional.of(only))) {
      actions.add(
          new ServerAction.Violation<>(
              "type_url is " + typeUrl + "; this stream carries only " + only.typeUrl()));
      return Optional.empty();
    }
    if (type.isEmpty()) {
      actions.add(new ServerAction.Unsupported<>(typeUrl));
    }
    return type.map(this::state);
  }

  private ServerType state(XdsType type) {
    return types.computeIfAbsent(type, fresh -> new ServerType(fresh, form(fresh)));
  }

  final @Nullable ResourceSnapshot snapshot() {
    return snapshot;
  }

  /** Takes the answer to the outstanding response. */
  final void answer(
      ServerType type, boolean isRefusal, Status error, List<ServerAction<P>> actions) {
    UnansweredResponse push = type.outstanding;
    if (push == null) {
      return;
    }
    if (isRefusal) {
      Map<String, String> reasons = ErrorDetail.reasons(error);
      type.refuse(push, reasons.keySet());
      List<String> carried = new ArrayList<>(push.upserts());
      carried.addAll(push.removals());
      actions.add(
          new ServerAction.Refused<>(
              type.type,
              push.revision(),
              error.getMessage(),
              Map.copyOf(reasons),
              List.copyOf(carried)));
    } else {
      type.confirm(push);
      actions.add(new ServerAction.Acknowledged<>(type.type, push.revision()));
    }
  }

  /** Whether the client remembers more names than one may; the reason is among the actions. */
  final boolean tooManyNames(ServerType type, List<ServerAction<P>> actions) {
    if (type.subscription.size() <= ServerType.MAX_NAMES) {
      return false;
    }
    actions.add(
        new ServerAction.Violation<>(
            "%d names of %s are subscribed; at most %d are allowed"
                .formatted(type.subscription.size(), type.type.typeUrl(), ServerType.MAX_NAMES)));
    return true;
  }

  /** Sends whatever may be sent now, in the order that never breaks the client. */
  final void pump(List<ServerAction<P>> actions) {
    ResourceSnapshot now = snapshot;
    if (now == null) {
      return;
    }
    // a type that turns out to need nothing may be what a removal further up has waited for
    while (pass(now, actions)) {}
  }

  /** Goes through the types once; whether one of them was found to have all of the snapshot. */
  private boolean pass(ResourceSnapshot now, List<ServerAction<P>> actions) {
    boolean held = false;
    boolean settledMore = false;
    for (XdsType xdsType : XdsType.values()) {
      ServerType type = types.get(xdsType);
      if (type == null || type.outstanding != null) {
        continue;
      }
      LongPredicate mayRemove = since -> mayRemove(xdsType, since);
      boolean work = type.hasWork(mayRemove);
      if (work && !NEEDED_FIRST.contains(xdsType) && mustWait(now)) {
        held = true;
        continue;
      }
      ResponsePlan plan = work ? type.plan(now, mayRemove) : ResponsePlan.NOTHING;
      if (plan.isEmpty() && !type.answerOwed) {
        settledMore |= type.idle(number, now.revision());
        continue;
      }
      String fresh = Long.toString(++nonce);
      P response = response(type, now, plan, fresh);
      type.sent(plan, fresh, number, now.revision());
      actions.add(new ServerAction.Send<>(xdsType, now.revision(), response));
      if (xdsType == XdsType.CLUSTER) {
        repeatEndpoints(plan);
      }
    }
    heldBack = held ? Math.max(heldBack, 1) : 0;
    return settledMore;
  }

  /** A client that rebuilds a cluster wants its endpoints again, though they are the same. */
  private void repeatEndpoints(ResponsePlan clusters) {
    ServerType endpoints = types.get(XdsType.ENDPOINT);
    if (endpoints != null) {
      clusters.upserts().forEach(cluster -> endpoints.repeat(cluster.endpointName()));
    }
  }

  private boolean mustWait(ResourceSnapshot now) {
    if (heldBack > PATIENCE) {
      return false;
    }
    for (XdsType needed : NEEDED_FIRST) {
      ServerType type = types.get(needed);
      if (type != null
          && type.outstanding != null
          && (type.outstanding.additions()
              || (type.dirty && type.plan(now, since -> false).additions()))) {
        return true;
      }
    }
    return false;
  }

  /** Whether everything that may refer to a resource of this type has been answered since then. */
  private boolean mayRemove(XdsType removed, long since) {
    return switch (removed) {
      case LISTENER -> true;
      case ROUTE -> settled(XdsType.LISTENER, since);
      case CLUSTER, ENDPOINT -> settled(XdsType.LISTENER, since) && settled(XdsType.ROUTE, since);
      case SECRET ->
          settled(XdsType.CLUSTER, since)
              && settled(XdsType.LISTENER, since)
              && settled(XdsType.ROUTE, since);
    };
  }

  private boolean settled(XdsType referrer, long since) {
    ServerType type = types.get(referrer);
    return type == null || type.subscription.isEmpty() || type.settled >= since;
  }

  @Override
  public final Set<XdsType> types() {
    Set<XdsType> asked = EnumSet.noneOf(XdsType.class);
    types.forEach(
        (xdsType, type) -> {
          if (!type.subscription.isEmpty()) {
            asked.add(xdsType);
          }
        });
    return asked;
  }

  @Override
  public final Set<XdsType> unanswered() {
    Set<XdsType> unanswered = EnumSet.noneOf(XdsType.class);
    types.forEach(
        (xdsType, type) -> {
          if (type.outstanding != null) {
            unanswered.add(xdsType);
          }
        });
    return unanswered;
  }

  @Override
  public final Set<String> refused(XdsType type) {
    ServerType state = types.get(type);
    return state == null ? Set.of() : state.refused();
  }

  @Override
  public final OptionalLong confirmedRevision(XdsType type) {
    ServerType state = types.get(type);
    return state == null || state.confirmedRevision == ServerType.NEVER
        ? OptionalLong.empty()
        : OptionalLong.of(state.confirmedRevision);
  }

  @Override
  public final OptionalLong confirmedRevision() {
    long lowest = Long.MAX_VALUE;
    for (ServerType type : types.values()) {
      if (!type.subscription.isEmpty()) {
        lowest = Math.min(lowest, type.confirmedRevision);
      }
    }
    return lowest == Long.MAX_VALUE || lowest == ServerType.NEVER
        ? OptionalLong.empty()
        : OptionalLong.of(lowest);
  }
}
