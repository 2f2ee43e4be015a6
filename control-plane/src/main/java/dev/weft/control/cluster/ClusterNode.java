package dev.weft.control.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.topic.Message;
import dev.weft.control.cluster.LocalNotices.PendingNotices;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's membership among the others, by Hazelcast. Until it has joined, and whenever it is
 * cut off, notices reach this node's own subscribers only and the others find out by polling.
 */
public final class ClusterNode implements ChangeNotices, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
  private static final String TOPIC = "weft.notices";
  private static final String FAREWELL = "farewell";
  private static final int FAREWELL_SECONDS = 1;
  private static final int FIRST_RETRY_SECONDS = 2;
  private static final int LONGEST_RETRY_SECONDS = 60;

  private final ClusterSettings settings;
  private final LocalNotices local = new LocalNotices();
  private final PendingNotices outgoing = new PendingNotices();
  private final ScheduledExecutorService worker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("weft-cluster").daemon().factory());
  private final CompletableFuture<Integer> joined = new CompletableFuture<>();
  private final CompletableFuture<Void> farewell = new CompletableFuture<>();
  private volatile @Nullable HazelcastInstance instance;
  private volatile boolean closed;

  private ClusterNode(ClusterSettings settings) {
    this.settings = settings;
  }

  /** Starts joining in the background; never blocks and never fails. */
  public static ClusterNode start(ClusterSettings settings) {
    ClusterNode node = new ClusterNode(settings);
    node.worker.execute(() -> node.join(FIRST_RETRY_SECONDS));
    return node;
  }

  /** Completes with the port this node listens at, once it does; never fails. */
  public CompletableFuture<Integer> joined() {
    return joined.copy();
  }

  /**
   * The names of the nodes this one sees now, its own included; only its own before it has joined.
   */
  public Set<String> memberNames() {
    Set<String> names = new TreeSet<>(Set.of(settings.nodeName()));
    HazelcastInstance running = instance;
    if (running != null && running.getLifecycleService().isRunning()) {
      for (Member member : running.getCluster().getMembers()) {
        String name = member.getAttribute(HazelcastConfig.NODE_NAME);
        if (name != null) {
          names.add(name);
        }
      }
    }
    return names;
  }

  @Override
  public void publish(Notice notice) {
    local.publish(notice);
    if (closed || instance == null || !outgoing.add(notice)) {
      return;
    }
    try {
      worker.execute(this::send);
    } catch (RejectedExecutionException e) {
      LOG.debug("notice {} is not sent: the node is stopping", notice);
    }
  }

  @Override
  public Subscription subscribe(Consumer<? super Notice> listener) {
    return local.subscribe(listener);
  }

  private void join(int retrySeconds) {
    if (closed) {
      return;
    }
    try {
      HazelcastInstance started = Hazelcast.newHazelcastInstance(HazelcastConfig.of(settings));
      instance = started;
      if (closed) {
        leave();
        return;
      }
      started.<String>getTopic(TOPIC).addMessageListener(this::receive);
      started.getCluster().addMembershipListener(new Resync());
      int port = started.getCluster().getLocalMember().getAddress().getPort();
      LOG.atInfo()
          .addKeyValue("node", settings.nodeName())
          .addKeyValue("address", settings.host() + ":" + port)
          .addKeyValue("members", memberNames())
          .log("joined the cluster");
      joined.complete(port);
      resync();
    } catch (RuntimeException e) {
      if (closed) {
        LOG.debug("joining ended, as the node is stopping", e);
        return;
      }
      LOG.atError()
          .addKeyValue("address", settings.host() + ":" + settings.port())
          .setCause(e)
          .log(
              "cannot join the cluster; other nodes hear of changes by polling only; trying again in {} s",
              retrySeconds);
      int next = Math.min(LONGEST_RETRY_SECONDS, retrySeconds * 2);
      worker.schedule(() -> join(next), retrySeconds, TimeUnit.SECONDS);
    }
  }

  private void send() {
    HazelcastInstance running = instance;
    for (Notice notice : outgoing.drain()) {
      try {
        if (running != null) {
          running.<String>getTopic(TOPIC).publish(NoticeText.encode(notice));
        }
      } catch (RuntimeException e) {
        LOG.warn(
            "notice {} was not sent; other nodes find out by polling: {}", notice, e.toString());
      }
    }
  }

  private void receive(Message<String> message) {
    Member from = message.getPublishingMember();
    // This node's subscribers were told at once; a sender that has just left is null.
    if (from != null && from.localMember()) {
      if (message.getMessageObject().equals(FAREWELL)) {
        farewell.complete(null);
      }
    } else {
      NoticeText.decode(message.getMessageObject()).ifPresent(local::publish);
    }
  }

  /** Whatever was announced while nodes could not hear each other: everybody looks for himself. */
  private void resync() {
    local.publish(new Notice.ConfigChanged(0));
    local.publish(new Notice.InstancesChanged());
  }

  private final class Resync implements MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      LOG.info(
          "node {} joined the cluster", event.getMember().getAttribute(HazelcastConfig.NODE_NAME));
      resync();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      LOG.warn(
          "node {} left the cluster", event.getMember().getAttribute(HazelcastConfig.NODE_NAME));
      resync();
    }
  }

  /** Leaves, or gives up joining; takes a few seconds at most. */
  @Override
  public void close() {
    closed = true;
    if (joined.isDone()) {
      worker.shutdown();
    } else {
      worker.shutdownNow();
    }
    try {
      if (!worker.awaitTermination(10, TimeUnit.SECONDS)) {
        worker.shutdownNow();
      }
    } catch (InterruptedException e) {
      worker.shutdownNow();
      Thread.currentThread().interrupt();
    }
    leave();
    local.close();
  }

  private void leave() {
    HazelcastInstance running = instance;
    if (running != null) {
      if (joined.isDone()) {
        hearOut(running);
      }
      running.shutdown();
    }
  }

  /** Hazelcast complains of every message that is still on its way to this node when it stops. */
  private void hearOut(HazelcastInstance running) {
    try {
      running.<String>getTopic(TOPIC).publish(FAREWELL);
      farewell.get(FAREWELL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | ExecutionException | TimeoutException e) {
      LOG.debug("leaving without having heard all that was sent", e);
    }
  }
}
