package dev.weft.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is said of a configuration that waits, and when. */
class WaitingNoticeTest {
  private final List<Runnable> later = new ArrayList<>();
  private final WaitingNotice notice = new WaitingNotice(later::add);
  private final Logger logger = (Logger) LoggerFactory.getLogger(WaitingNotice.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @BeforeEach
  void listen() {
    said.start();
    logger.addAppender(said);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(said);
    logger.setLevel(null);
  }

  private static SortedMap<ResourceKey, ResourceKey> clusters(int count) {
    SortedMap<ResourceKey, ResourceKey> waiting = new TreeMap<>();
    for (int i = 1; i <= count; i++) {
      waiting.put(
          new ResourceKey(XdsType.CLUSTER, "c" + i), new ResourceKey(XdsType.ENDPOINT, "e" + i));
    }
    return waiting;
  }

  private void timePasses() {
    List<Runnable> due = List.copyOf(later);
    later.clear();
    due.forEach(Runnable::run);
  }

  @Test
  void whatArrivesSoonIsNotWorthALine() {
    notice.waiting(clusters(30));
    notice.waiting(clusters(2));
    notice.waiting(clusters(0));
    timePasses();

    assertThat(said.list).isEmpty();
  }

  @Test
  void whatTakesLongIsSaidOnceWithACountAndAFewNames() {
    notice.waiting(clusters(30));
    notice.waiting(clusters(9));
    timePasses();
    notice.waiting(clusters(8));
    timePasses();

    assertThat(said.list)
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getFormattedMessage())
                    .contains("9 resources: ENDPOINT e1 (for CLUSTER c1), ", " and 6 more"));
  }

  @Test
  void anotherWaitIsTimedByItself() {
    notice.waiting(clusters(1));
    notice.waiting(clusters(0));
    notice.waiting(clusters(1));
    later.removeFirst().run();
    assertThat(said.list).isEmpty();

    timePasses();

    assertThat(said.list).hasSize(1);
  }
}
