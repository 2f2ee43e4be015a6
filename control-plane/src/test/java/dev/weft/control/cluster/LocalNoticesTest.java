package dev.weft.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.control.cluster.LocalNotices.PendingNotices;
import dev.weft.control.cluster.Notice.ConfigChanged;
import dev.weft.control.cluster.Notice.InstancesChanged;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class LocalNoticesTest {

  @Test
  void everySubscriberIsToldUntilItCloses() {
    try (LocalNotices notices = new LocalNotices()) {
      List<Notice> first = new CopyOnWriteArrayList<>();
      List<Notice> second = new CopyOnWriteArrayList<>();
      ChangeNotices.Subscription ending = notices.subscribe(first::add);
      notices.subscribe(
          notice -> {
            throw new IllegalStateException(
                "a listener that fails does not keep others from hearing");
          });
      notices.subscribe(second::add);

      notices.publish(new ConfigChanged(1));
      await().untilAsserted(() -> assertThat(second).containsExactly(new ConfigChanged(1)));
      assertThat(first).containsExactly(new ConfigChanged(1));

      ending.close();
      ending.close();
      notices.publish(new InstancesChanged());
      await().untilAsserted(() -> assertThat(second).hasSize(2));
      assertThat(first).hasSize(1);
    }
  }

  @Test
  void whatWaitsIsMergedAndTheHighestRevisionWins() {
    PendingNotices pending = new PendingNotices();

    assertThat(pending.add(new ConfigChanged(3))).isTrue();
    for (int revision = 0; revision < 1000; revision++) {
      assertThat(pending.add(new ConfigChanged(revision % 10))).isFalse();
      assertThat(pending.add(new InstancesChanged())).isFalse();
    }

    assertThat(pending.drain()).containsExactly(new ConfigChanged(9), new InstancesChanged());
    assertThat(pending.drain()).isEmpty();
    assertThat(pending.add(new InstancesChanged())).isTrue();
  }

  @Test
  void noticesOfALaterVersionAreIgnored() {
    assertThat(NoticeText.decode(NoticeText.encode(new ConfigChanged(12))))
        .contains(new ConfigChanged(12));
    assertThat(NoticeText.decode("instances")).contains(new InstancesChanged());
    assertThat(NoticeText.decode("something-else:1")).isEmpty();
    assertThat(NoticeText.decode("config:many")).isEmpty();
    assertThat(NoticeText.decode("config:-1")).isEmpty();
  }
}
