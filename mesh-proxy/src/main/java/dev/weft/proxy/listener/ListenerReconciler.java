package dev.weft.proxy.listener;

import dev.weft.proxy.config.CompiledListener;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.loop.Workers;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Makes the open sockets those that a Runtime asks for. A listener that is still wanted at its
 * address keeps its socket and its connections. One call at a time.
 */
public final class ListenerReconciler {
  /** A listener that could not be bound; it is tried again with the next Runtime. */
  public record Failure(String listener, String reason) {}

  private final EventLoopGroup group;
  private final ChannelFactory<? extends ServerChannel> channels;
  private final Workers workers;
  private final RuntimeHolder runtimes;
  private final Duration drainTime;
  private final Map<String, ListenerSocket> sockets = new ConcurrentHashMap<>();
  private final ListenerAddresses byAddress = new ListenerAddresses();
  private volatile boolean accepting = true;
  private final Set<ListenerSocket> leaving = ConcurrentHashMap.newKeySet();

  /**
   * @param channels makes server channels that fit the group
   * @param drainTime how long the connections of a listener that is gone may finish what they carry
   */
  public ListenerReconciler(
      EventLoopGroup group,
      ChannelFactory<? extends ServerChannel> channels,
      Workers workers,
      RuntimeHolder runtimes,
      Duration drainTime) {
    this.group = group;
    this.channels = channels;
    this.workers = workers;
    this.runtimes = runtimes;
    this.drainTime = drainTime;
  }

  /**
   * Opens, updates and closes sockets.
   *
   * @return done when every socket is bound or has failed; the failures
   */
  public CompletionStage<List<Failure>> apply(Runtime runtime) {
    List<CompletableFuture<Void>> closing = new ArrayList<>();
    for (String name : new HashSet<>(sockets.keySet())) {
      if (!runtime.listeners().containsKey(name)) {
        closing.add(leave(Objects.requireNonNull(sockets.remove(name))));
      }
    }
    byAddress.change(sockets.values());
    // Another listener may want the address of one that leaves.
    return CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
        .thenCompose(closed -> open(runtime));
  }

  private CompletableFuture<List<Failure>> open(Runtime runtime) {
    ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Void>> binding = new ArrayList<>();
    for (CompiledListener wanted : runtime.listeners().values()) {
      ListenerSocket present = sockets.get(wanted.name());
      if (present != null
          && present.config().config().bound() == wanted.config().bound()
          && present.config().config().ipv6Only() == wanted.config().ipv6Only()
          && Objects.equals(present.config().config().address(), wanted.config().address())) {
        present.update(wanted);
      } else {
        binding.add(bind(wanted, failures));
      }
    }
    return CompletableFuture.allOf(binding.toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              byAddress.change(sockets.values());
              return List.copyOf(failures);
            });
  }

  private CompletableFuture<Void> bind(
      CompiledListener wanted, ConcurrentLinkedQueue<Failure> failures) {
    ListenerSocket socket = new ListenerSocket(workers, runtimes, wanted, byAddress);
    return socket
        .bind(group, channels)
        .handle(
            (bound, problem) -> {
              if (problem != null) {
                failures.add(
                    new Failure(
                        wanted.name(),
                        "cannot listen on "
                            + wanted.config().address()
                            + ": "
                            + problem.getMessage()
                            + "; free the address or choose another"));
                return null;
              }
              ListenerSocket moved = sockets.put(wanted.name(), socket);
              socket.accepting(accepting);
              if (moved != null) {
                leave(moved);
              }
              return null;
            });
  }

  /** Whether new connections are accepted or wait in the system's queue. From any thread. */
  public void accepting(boolean accept) {
    accepting = accept;
    sockets.values().forEach(socket -> socket.accepting(accept));
  }

  private CompletableFuture<Void> leave(ListenerSocket socket) {
    leaving.add(socket);
    CompletableFuture<Void> closed = socket.close();
    closed.thenRun(() -> finish(socket, drainTime).thenRun(() -> leaving.remove(socket)));
    return closed;
  }

  /** Drains a socket's connections; those that are left when the time is over are cut. */
  private CompletableFuture<Void> finish(ListenerSocket socket, Duration within) {
    socket.drain();
    CompletableFuture<Void> done =
        CompletableFuture.allOf(
            socket.connections().stream()
                .map(
                    connection -> {
                      CompletableFuture<Void> gone = new CompletableFuture<>();
                      connection.channel().closeFuture().addListener(closed -> gone.complete(null));
                      return gone;
                    })
                .toArray(CompletableFuture[]::new));
    ScheduledFuture<?> cut = group.schedule(socket::cut, within.toNanos(), TimeUnit.NANOSECONDS);
    done.thenRun(() -> cut.cancel(false));
    return done;
  }

  /**
   * Stops accepting and lets connections finish what they carry.
   *
   * @param within after which what is left is cut
   * @return done when no connection is left
   */
  public CompletionStage<Void> drain(Duration within) {
    List<CompletableFuture<Void>> finished = new ArrayList<>();
    for (ListenerSocket socket : sockets.values()) {
      finished.add(socket.close().thenCompose(closed -> finish(socket, within)));
    }
    for (ListenerSocket socket : leaving) {
      finished.add(finish(socket, within));
    }
    sockets.clear();
    byAddress.change(sockets.values());
    return CompletableFuture.allOf(finished.toArray(CompletableFuture[]::new));
  }

  /** Where each listener is bound, by name. From any thread. */
  public Map<String, InetSocketAddress> addresses() {
    Map<String, InetSocketAddress> addresses = new TreeMap<>();
    sockets.forEach(
        (name, socket) -> {
          InetSocketAddress address = socket.address();
          if (address != null) {
            addresses.put(name, address);
          }
        });
    return addresses;
  }

  /** Accepted connections that are open. From any thread. */
  public int connections() {
    int count = 0;
    for (ListenerSocket socket : sockets.values()) {
      count += socket.connections().size();
    }
    for (ListenerSocket socket : leaving) {
      count += socket.connections().size();
    }
    return count;
  }
}
