package dev.weft.xds.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.resource.XdsType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A client and a server with a wire between them on which messages wait until chance delivers them,
 * while resources, subscriptions and the connection change.
 */
final class Simulation<Q, P> {
  private static final List<String> NAMES = List.of("a", "b", "c", "d");
  private static final int MANY = 5_000;

  private final Random random;
  private final boolean delta;
  private final Supplier<AdsServerState<Q, P>> newServer;
  private final Function<Q, String> nonceOf;
  private final Function<P, String> nonceSent;
  private final AdsClientState<Q, P> client;

  private AdsServerState<Q, P> server;
  private boolean connected;
  private final Deque<Q> toServer = new ArrayDeque<>();
  private final Deque<P> toClient = new ArrayDeque<>();
  private final Map<XdsType, String> unanswered = new EnumMap<>(XdsType.class);

  private final Map<XdsType, Map<String, String>> truth = new EnumMap<>(XdsType.class);
  private ResourceSnapshot snapshot = ResourceSnapshot.EMPTY;
  private final Map<String, EncodedResource> encoded = new HashMap<>();
  private int words;
  private final Map<XdsType, Set<String>> interest = new EnumMap<>(XdsType.class);
  private final Map<XdsType, Map<String, String>> values = new EnumMap<>(XdsType.class);
  private final Map<XdsType, Set<String>> absent = new EnumMap<>(XdsType.class);
  private final Set<ClientTimer> timers = new LinkedHashSet<>();

  Simulation(
      long seed,
      boolean delta,
      Supplier<AdsServerState<Q, P>> newServer,
      AdsClientState<Q, P> client,
      Function<Q, String> nonceOf,
      Function<P, String> nonceSent) {
    this.random = new Random(seed);
    this.delta = delta;
    this.newServer = newServer;
    this.client = client;
    this.nonceOf = nonceOf;
    this.nonceSent = nonceSent;
    this.server = newServer.get();
    for (XdsType type : XdsType.values()) {
      truth.put(type, new TreeMap<>());
      interest.put(type, Set.of());
      values.put(type, new HashMap<>());
      absent.put(type, new HashSet<>());
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
    }
    quiet();
    checkAgreement(false);
    truth
        .values()
        .forEach(named -> named.replaceAll((name, word) -> word.replace(Resources.BAD, "mended")));
    publish();
    quiet();
    checkAgreement(true);
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0, 1 -> changeResources();
      case 2, 3 -> changeSubscription();
      case 4 -> {
        if (random.nextInt(4) == 0) {
          disconnect();
        }
      }
      case 5 -> connect();
      case 6 -> fireTimer();
      case 7, 8, 9 -> deliverToClient();
      default -> deliverToServer();
    }
  }

  private XdsType anyType() {
    return XdsType.values()[random.nextInt(XdsType.values().length)];
  }

  private void changeResources() {
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      Map<String, String> named = truth.get(anyType());
      String name = NAMES.get(random.nextInt(NAMES.size()));
      int kind = random.nextInt(10);
      if (kind < 3) {
        named.remove(name);
      } else {
        named.put(name, (kind < 5 ? Resources.BAD : "good") + ++words);
      }
    }
    publish();
  }

  private void publish() {
    ResourceSnapshot.Builder next = ResourceSnapshot.builder(snapshot.revision() + 1);
    truth.forEach(
        (type, named) ->
            named.forEach(
                (name, word) ->
                    next.add(
                        encoded.computeIfAbsent(
                            type + name + word, key -> Resources.encoded(type, name, word)))));
    snapshot = next.build();
    if (connected) {
      perform(server.onSnapshot(snapshot));
    }
  }

  private void changeSubscription() {
    XdsType type = anyType();
    Set<String> wanted = new LinkedHashSet<>();
    for (String name : NAMES) {
      if (random.nextBoolean()) {
        wanted.add(name);
      }
    }
    if (random.nextInt(3) == 0) {
      if (random.nextBoolean()) {
        wanted.clear();
      }
      wanted.add("*");
    }
    interest.put(type, wanted);
    execute(client.onSubscribe(type, wanted));
  }

  private void disconnect() {
    if (connected) {
      connected = false;
      toServer.clear();
      toClient.clear();
      unanswered.clear();
      execute(client.onDisconnected());
    }
  }

  private void connect() {
    if (!connected) {
      connected = true;
      server = newServer.get();
      if (random.nextBoolean()) {
        perform(server.onSnapshot(snapshot));
        execute(client.onConnected());
      } else {
        execute(client.onConnected());
        perform(server.onSnapshot(snapshot));
      }
    }
  }

  private void fireTimer() {
    if (!timers.isEmpty()) {
      ClientTimer timer = List.copyOf(timers).get(random.nextInt(timers.size()));
      timers.remove(timer);
      execute(client.onTimer(timer));
    }
  }

  private boolean deliverToClient() {
    P message = toClient.poll();
    if (message == null) {
      return false;
    }
    execute(client.onResponse(message));
    execute(client.onApplied());
    return true;
  }

  private boolean deliverToServer() {
    Q message = toServer.poll();
    if (message == null) {
      return false;
    }
    unanswered.values().remove(nonceOf.apply(message));
    perform(server.onRequest(message));
    return true;
  }

  private void perform(List<ServerAction<P>> actions) {
    unanswered.keySet().retainAll(server.types());
    for (ServerAction<P> action : actions) {
      switch (action) {
        case ServerAction.Send<P>(XdsType type, long revision, P response) -> {
          assertThat(revision).isEqualTo(snapshot.revision());
          assertThat(unanswered.put(type, nonceSent.apply(response)))
              .as("unanswered %s when the next is sent", type)
              .isNull();
          toClient.add(response);
        }
        case ServerAction.Acknowledged<P> ignored -> {}
        case ServerAction.Refused<P> refused -> assertThat(refused.reasons()).isNotEmpty();
        case ServerAction.Unsupported<P> unsupported -> throw new AssertionError(unsupported);
        case ServerAction.Violation<P> violation -> throw new AssertionError(violation);
      }
    }
  }

  private void execute(List<ClientAction<Q>> actions) {
    for (ClientAction<Q> action : actions) {
      switch (action) {
        case ClientAction.Send<Q>(Q request) -> {
          assertThat(connected).isTrue();
          toServer.add(request);
        }
        case ClientAction.Apply<Q>(ResourceBatch batch) -> apply(batch);
        case ClientAction.StartTimer<Q>(ClientTimer timer, var delay) -> {
          assertThat(delay).isPositive();
          timers.add(timer);
        }
        case ClientAction.StopTimer<Q>(ClientTimer timer) -> timers.remove(timer);
      }
    }
  }

  private void apply(ResourceBatch batch) {
    Map<String, String> held = values.get(batch.type());
    Set<String> gone = absent.get(batch.type());
    batch
        .accepted()
        .forEach(
            resource -> {
              held.put(resource.name(), (String) resource.model());
              gone.remove(resource.name());
            });
    batch
        .absent()
        .forEach(
            name -> {
              held.remove(name);
              gone.add(name);
            });
    batch
        .forgotten()
        .forEach(
            name -> {
              held.remove(name);
              gone.remove(name);
            });
  }

  /** Delivers everything, and refusals whose delay is over, until nobody has anything to say. */
  private void quiet() {
    connect();
    int messages = 0;
    while (true) {
      boolean moved = random.nextBoolean() ? deliverToClient() : deliverToServer();
      moved |= deliverToClient() | deliverToServer();
      if (!moved) {
        ClientTimer answer =
            timers.stream().filter(ClientTimer.Answer.class::isInstance).findFirst().orElse(null);
        if (answer == null) {
          return;
        }
        timers.remove(answer);
        execute(client.onTimer(answer));
      }
      assertThat(++messages).as("messages until both are quiet").isLessThan(MANY);
    }
  }

  private void checkAgreement(boolean allGood) {
    for (XdsType type : XdsType.values()) {
      Set<String> wanted = interest.get(type);
      assertThat(wanted).as("asked for by name").containsAll(absent.get(type));
      for (String name : NAMES) {
        String there = truth.get(type).get(name);
        String here = values.get(type).get(name);
        String what = type + " " + name;
        if (!wanted.contains(name) && !wanted.contains("*")) {
          assertThat(here).as("%s is not wanted", what).isNull();
        } else if (there == null) {
          if (delta || type.fullState()) {
            assertThat(here).as("%s does not exist", what).isNull();
          }
          if (delta && wanted.contains(name)) {
            assertThat(absent.get(type)).as("%s is known not to exist", what).contains(name);
          }
        } else if (there.startsWith(Resources.BAD)) {
          assertThat(here).as("%s is refused", what).isNotEqualTo(there);
        } else {
          assertThat(here).as("%s", what).isEqualTo(there);
        }
      }
      if (allGood) {
        assertThat(server.refused(type)).isEmpty();
      }
    }
    assertThat(server.unanswered()).isEmpty();
    if (allGood && !server.types().isEmpty()) {
      assertThat(server.confirmedRevision()).hasValue(snapshot.revision());
    }
  }
}
