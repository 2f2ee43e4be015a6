package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.UnsafeByteOperations;
import com.google.rpc.Status;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.ResourceName;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What both variants of the client share. */
abstract sealed class ClientStream<Q, P> implements AdsClientState<Q, P>
    permits SotwClientState, DeltaClientState {
  final Node node;
  private final ResourceDecoder decoder;
  private final Duration missingAfter;
  private final Map<XdsType, ClientType> types = new EnumMap<>(XdsType.class);
  private boolean connected;

  ClientStream(ClientNode node, ResourceDecoder decoder, Duration missingAfter) {
    this.node = node.toMessage();
    this.decoder = decoder;
    this.missingAfter = missingAfter;
  }

  /** The first request of a type on a stream. */
  abstract Q first(ClientType type);

  /** Tells the server that something else is wanted than before. */
  abstract void resubscribe(ClientType type, Interest before, List<ClientAction<Q>> actions);

  /** Confirms or refuses. */
  abstract Q answer(ClientType type, ClientType.Answer answer);

  /** Whether what is given up may be asked for again without the server noticing either. */
  abstract boolean mayCross();

  /** A response has come while the refusal of the one before it is still being delayed. */
  abstract void supersede(ClientType type, List<ClientAction<Q>> actions);

  final ClientType state(XdsType type) {
    return types.computeIfAbsent(type, ClientType::new);
  }

  @Override
  public final List<ClientAction<Q>> onConnected() {
    connected = true;
    List<ClientAction<Q>> actions = new ArrayList<>();
    for (ClientType type : types.values()) {
      if (!type.interest.isEmpty()) {
        start(type, actions);
      }
    }
    return actions;
  }

  private void start(ClientType type, List<ClientAction<Q>> actions) {
    actions.add(new ClientAction.Send<>(first(type)));
    type.started = true;
    awaitNames(type, type.interest.names(), actions);
  }

  private void awaitNames(ClientType type, Set<String> names, List<ClientAction<Q>> actions) {
    for (String name : names) {
      if (!type.held.containsKey(name)
          && !type.absent.contains(name)
          && !ResourceName.isGlob(name)) {
        actions.add(new ClientAction.StartTimer<>(missing(type, name), missingAfter));
      }
    }
  }

  private static ClientTimer missing(ClientType type, String name) {
    return new ClientTimer.Missing(new ResourceKey(type.type, name));
  }

  private static ClientTimer expiry(ClientType type, String name) {
    return new ClientTimer.Expiry(new ResourceKey(type.type, name));
  }

  @Override
  public final List<ClientAction<Q>> onDisconnected() {
    connected = false;
    List<ClientAction<Q>> actions = new ArrayList<>();
    for (ClientType type : types.values()) {
      if (type.pending != null) {
        actions.add(new ClientAction.StopTimer<>(new ClientTimer.Answer(type.type)));
      }
      for (String name : type.interest.names()) {
        actions.add(new ClientAction.StopTimer<>(missing(type, name)));
      }
      type.disconnect();
    }
    return actions;
  }

  @Override
  public final List<ClientAction<Q>> onSubscribe(XdsType xdsType, Collection<String> names) {
    ClientType type = state(xdsType);
    Interest before = type.interest;
    type.interest = Interest.of(names);
    List<ClientAction<Q>> actions = new ArrayList<>();
    ResourceBatch batch = forgetAndRecall(type, before, actions);
    for (String name : before.names()) {
      if (!type.interest.names().contains(name)) {
        actions.add(new ClientAction.StopTimer<>(missing(type, name)));
      }
    }
    if (connected && !type.started && !type.interest.isEmpty()) {
      start(type, actions);
    } else if (connected && type.started && !type.interest.equals(before)) {
      resubscribe(type, before, actions);
      Set<String> added = new LinkedHashSet<>(type.interest.names());
      added.removeAll(before.names());
      awaitNames(type, added, actions);
    }
    // applied last: whoever hears of it may subscribe anew, and requests must keep their order
    if (!batch.isEmpty()) {
      actions.add(new ClientAction.Apply<>(batch));
    }
    return actions;
  }

  private ResourceBatch forgetAndRecall(
      ClientType type, Interest before, List<ClientAction<Q>> actions) {
    Set<String> known = new HashSet<>(type.held.keySet());
    known.removeIf(type.interest::wants);
    for (String name : type.absent) {
      if (!type.interest.names().contains(name)) {
        known.add(name);
      }
    }
    boolean crossing = type.started && mayCross();
    if (crossing) {
      type.limboOpen |= before.wildcard() || !before.globs().isEmpty();
      for (String name : before.names()) {
        if (!type.interest.wants(name)) {
          type.limbo().put(name, new ClientType.Limbo(type.held.get(name)));
        }
      }
    }
    for (String name : known) {
      type.absent.remove(name);
      ClientType.Held held = type.held.remove(name);
      if (held != null && crossing) {
        type.limbo().put(name, new ClientType.Limbo(held));
      }
      actions.add(new ClientAction.StopTimer<>(expiry(type, name)));
    }
    List<ResourceBatch.Accepted> recalled = new ArrayList<>();
    for (String name : List.copyOf(type.limbo().keySet())) {
      if (type.interest.wants(name)) {
        ClientType.Limbo limbo = type.limbo().remove(name);
        if (limbo != null && limbo.held() != null) {
          ClientType.Held held = limbo.held();
          type.held.put(name, held);
          recalled.add(
              new ResourceBatch.Accepted(name, held.version(), held.model(), held.body(), true));
        }
      }
    }
    return new ResourceBatch(type.type, recalled, Set.of(), known, List.of());
  }

  /** Takes a response of either variant in; its answer is pending from then on. */
  final void take(ClientType type, ClientIntake.Response response, List<ClientAction<Q>> actions) {
    if (type.pending != null) {
      supersede(type, actions);
      actions.add(new ClientAction.StopTimer<>(new ClientTimer.Answer(type.type)));
    }
    ClientIntake intake = new ClientIntake(type, decoder, response);
    ResourceBatch batch = intake.run();
    intake
        .settled()
        .forEach(name -> actions.add(new ClientAction.StopTimer<>(missing(type, name))));
    intake
        .mortal()
        .forEach(
            (name, ttl) ->
                actions.add(
                    ttl.isZero()
                        ? new ClientAction.StopTimer<>(expiry(type, name))
                        : new ClientAction.StartTimer<>(expiry(type, name), ttl)));
    // the first word of a type counts even where it says that there is nothing
    if (!batch.isEmpty() || !type.answered) {
      actions.add(new ClientAction.Apply<>(batch));
    }
    type.answered = true;
    Status error = intake.error();
    type.pending =
        new ClientType.Answer(
            response.nonce(), response.version(), error, intake.fingerprint(), false);
  }

  @Override
  public final List<ClientAction<Q>> onApplied() {
    List<ClientAction<Q>> actions = new ArrayList<>();
    for (ClientType type : types.values()) {
      ClientType.Answer pending = type.pending;
      if (pending == null || pending.delayed()) {
        continue;
      }
      if (pending.error() == null) {
        type.accept();
        sendAnswer(type, actions);
        continue;
      }
      Duration delay = type.refuse(pending.fingerprint());
      if (delay.isZero()) {
        sendAnswer(type, actions);
      } else {
        type.pending =
            new ClientType.Answer(
                pending.nonce(), pending.version(), pending.error(), pending.fingerprint(), true);
        actions.add(new ClientAction.StartTimer<>(new ClientTimer.Answer(type.type), delay));
      }
    }
    return actions;
  }

  /** Sends what is pending, if anything is. */
  final void sendAnswer(ClientType type, List<ClientAction<Q>> actions) {
    ClientType.Answer pending = type.pending;
    if (pending == null) {
      return;
    }
    type.pending = null;
    type.nonce = pending.nonce();
    if (pending.error() == null) {
      type.version = pending.version();
    }
    actions.add(new ClientAction.Send<>(answer(type, pending)));
  }

  @Override
  public final List<ClientAction<Q>> onTimer(ClientTimer timer) {
    List<ClientAction<Q>> actions = new ArrayList<>();
    switch (timer) {
      case ClientTimer.Missing(ResourceKey(XdsType xdsType, String name)) -> {
        ClientType type = state(xdsType);
        if (type.interest.names().contains(name)
            && !type.held.containsKey(name)
            && type.absent.add(name)) {
          actions.add(new ClientAction.Apply<>(ResourceBatch.missing(xdsType, name)));
        }
      }
      case ClientTimer.Expiry(ResourceKey(XdsType xdsType, String name)) -> {
        ClientType type = state(xdsType);
        if (type.held.remove(name) != null) {
          if (type.interest.names().contains(name)) {
            type.absent.add(name);
            actions.add(new ClientAction.Apply<>(ResourceBatch.missing(xdsType, name)));
          } else {
            actions.add(new ClientAction.Apply<>(ResourceBatch.gone(xdsType, name)));
          }
        }
      }
      case ClientTimer.Answer(XdsType xdsType) -> {
        ClientType type = state(xdsType);
        if (type.pending != null && type.pending.delayed()) {
          sendAnswer(type, actions);
        }
      }
    }
    return actions;
  }

  @Override
  public final void restore(
      XdsType type, String name, String version, Object model, ByteBuffer bytes) {
    Any body =
        Any.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setValue(UnsafeByteOperations.unsafeWrap(bytes.duplicate()))
            .build();
    state(type).held.put(ResourceName.canonical(name), new ClientType.Held(version, model, body));
  }
}
