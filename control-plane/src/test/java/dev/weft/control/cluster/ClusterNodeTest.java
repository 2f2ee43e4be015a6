package dev.weft.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.hazelcast.config.Config;
import dev.weft.control.cluster.Notice.ConfigChanged;
import dev.weft.control.cluster.Notice.InstancesChanged;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Real members on loopback. */
class ClusterNodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void aChangeOnOneNodeIsHeardOnTheOther() throws Exception {
    try (ClusterNode first = ClusterNode.start(settings("node-1", List.of(), "s"))) {
      int port = first.joined().get(30, TimeUnit.SECONDS);
      try (ClusterNode second =
          ClusterNode.start(settings("node-2", List.of("127.0.0.1:" + port), "s"))) {
        List<Notice> heard = new CopyOnWriteArrayList<>();
        second.subscribe(heard::add);
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  assertThat(first.memberNames()).containsExactly("node-1", "node-2");
                  assertThat(second.memberNames()).containsExactly("node-1", "node-2");
                });

        first.publish(new ConfigChanged(42));
        first.publish(new InstancesChanged());

        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> assertThat(heard).contains(new ConfigChanged(42), new InstancesChanged()));
      }
      // The survivor notices and tells its subscribers to look for themselves.
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(first.memberNames()).containsExactly("node-1"));
    }
  }

  @Test
  void aNodeOfAnotherMeshIsNotLetIn() throws Exception {
    try (ClusterNode ours = ClusterNode.start(settings("ours", List.of(), "secret"))) {
      int port = ours.joined().get(30, TimeUnit.SECONDS);
      try (ClusterNode stranger =
          ClusterNode.start(settings("stranger", List.of("127.0.0.1:" + port), "guess"))) {
        stranger.joined().get(30, TimeUnit.SECONDS);

        assertThat(stranger.memberNames()).containsExactly("stranger");
        assertThat(ours.memberNames()).containsExactly("ours");
      }
    }
  }

  @Test
  void aBusyPortDelaysTheClusterAndNotTheNode() throws Exception {
    List<Notice> heard = new CopyOnWriteArrayList<>();
    ServerSocket occupant = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int port = occupant.getLocalPort();
    try (ClusterNode node =
        ClusterNode.start(new ClusterSettings("n", "127.0.0.1", port, true, List.of(), "s"))) {
      node.subscribe(heard::add);
      node.publish(new ConfigChanged(7));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(heard).contains(new ConfigChanged(7)));
      assertThat(node.joined()).isNotDone();

      occupant.close();

      assertThat(node.joined().get(60, TimeUnit.SECONDS)).isEqualTo(port);
    } finally {
      occupant.close();
    }
  }

  @Test
  void aNodeThatStopsWhileItJoinsSaysNothing() throws Exception {
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(ClusterNode.class);
    logged.start();
    logger.addAppender(logged);
    // takes the connection and never says a word, so that the other goes on trying to join
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String member = "127.0.0.1:" + silent.getLocalPort();
      ClusterNode node = ClusterNode.start(settings("stops", List.of(member), "s"));
      Socket joining = silent.accept();

      node.close();

      assertThat(node.joined()).isNotDone();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Thread.getAllStackTraces().keySet())
                      .extracting(Thread::getName)
                      .noneMatch(name -> name.startsWith("hz.weft-stops-")));
      joining.close();
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list).isEmpty();
  }

  @Test
  void onlyLoopbackAndPrivateAddressesAreListenedAt() {
    assertThat(new ClusterSettings("n", "10.1.2.3", 0, true, List.of(), "s").host())
        .isEqualTo("10.1.2.3");
    for (String open : List.of("0.0.0.0", "203.0.113.9", "2001:db8::1")) {
      assertThatThrownBy(() -> new ClusterSettings("n", open, 0, true, List.of(), "s"))
          .as(open)
          .hasMessageContainingAll(open, "neither loopback nor private");
    }
  }

  @Test
  void membersDeserialiseNoForeignJavaTypes() throws IOException {
    Config config = HazelcastConfig.of(settings("n", List.of(), "s"));
    var filter = config.getSerializationConfig().getJavaSerializationFilterConfig();

    assertThat(filter.isDefaultsDisabled()).isTrue();
    assertThat(filter.getWhitelist().getPackages())
        .allMatch(name -> name.startsWith("com.hazelcast."));
    assertThat(filter.getWhitelist().isListed("java.util.PriorityQueue")).isFalse();
    assertThat(config.getNetworkConfig().getJoin().getMulticastConfig().isEnabled()).isFalse();
    assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(config.getClusterName()).doesNotContain("secret");
  }

  private static ClusterSettings settings(String name, List<String> members, String secret) {
    return new ClusterSettings(name, "127.0.0.1", 0, true, members, secret);
  }
}
