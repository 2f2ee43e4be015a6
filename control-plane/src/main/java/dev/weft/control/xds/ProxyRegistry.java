package dev.weft.control.xds;

import dev.weft.control.compile.MeshSnapshot;
import dev.weft.control.compile.SidecarNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which sidecars are connected to this node, since when, and what each runs. Thread-safe: a sidecar
 * may come back on another event loop than it is lost on. What happens to one sidecar is told in
 * the order in which it happens.
 */
final class ProxyRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyRegistry.class);

  /** Streams beyond this are refused: another node has to take them. */
  static final int MAX_STREAMS = 20_000;

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final List<ProxyEvents> events = new CopyOnWriteArrayList<>();
  private final InstantSource clock;
  private final Object[] locks = new Object[64];

  /** A connected sidecar. */
  record Entry(SidecarNode node, Instant since, ProxyStream stream, ProxyStatus status) {}

  ProxyRegistry(InstantSource clock) {
    this.clock = clock;
    Arrays.setAll(locks, i -> new Object());
  }

  void observe(ProxyEvents observer) {
    events.add(observer);
  }

  /** Registers a stream and ends an older one of the same sidecar; false when the node is full. */
  boolean connected(ProxyStream stream) {
    synchronized (lock(stream)) {
      return connect(stream);
    }
  }

  /** Held while a change and all that it is told to are one; observers return at once. */
  private Object lock(ProxyStream stream) {
    return locks[Math.floorMod(stream.node().id().hashCode(), locks.length)];
  }

  private boolean connect(ProxyStream stream) {
    SidecarNode node = stream.node();
    if (entries.size() >= MAX_STREAMS && !entries.containsKey(node.id())) {
      return false;
    }
    Entry old = entries.put(node.id(), new Entry(node, clock.instant(), stream, ProxyStatus.NEW));
    if (old != null) {
      LOG.atWarn()
          .addKeyValue("proxy", node.id())
          .log("a sidecar opened a second stream; the first one ends");
      old.stream().supersede();
    }
    events.forEach(observer -> observer.connected(node));
    return true;
  }

  /** Notes what a sidecar runs; a stream that was superseded has nothing to say. */
  void status(ProxyStream stream, ProxyStatus status) {
    String id = stream.node().id();
    Entry now =
        entries.computeIfPresent(
            id,
            (key, entry) ->
                isOf(entry, stream) && !entry.status().equals(status)
                    ? new Entry(entry.node(), entry.since(), stream, status)
                    : entry);
    if (now != null && isOf(now, stream)) {
      events.forEach(observer -> observer.statusChanged(id));
    }
  }

  /** A stream has ended: cleanly, by a sidecar that says goodbye, or not. */
  void disconnected(ProxyStream stream, boolean goodbye) {
    synchronized (lock(stream)) {
      disconnect(stream, goodbye);
    }
  }

  private void disconnect(ProxyStream stream, boolean goodbye) {
    String id = stream.node().id();
    boolean[] removed = new boolean[1];
    entries.computeIfPresent(
        id,
        (key, entry) -> {
          removed[0] = isOf(entry, stream);
          return removed[0] ? null : entry;
        });
    if (!removed[0]) {
      return;
    }
    for (ProxyEvents observer : events) {
      if (goodbye) {
        observer.saidGoodbye(id);
      } else {
        observer.lost(id);
      }
    }
  }

  /** Hands a new mesh to every stream. */
  void publish(MeshSnapshot mesh) {
    entries.values().forEach(entry -> entry.stream().onMesh(mesh));
  }

  /** Ends every stream; the sidecars go to other nodes. */
  void stop() {
    entries.values().forEach(entry -> entry.stream().stop());
  }

  Optional<Entry> find(String proxyId) {
    return Optional.ofNullable(entries.get(proxyId));
  }

  /** The connected sidecars now; a live view. */
  Collection<Entry> connected() {
    return entries.values();
  }

  @SuppressWarnings("ReferenceEquality") // this very stream, not an equal one
  private static boolean isOf(Entry entry, ProxyStream stream) {
    return entry.stream() == stream;
  }
}
