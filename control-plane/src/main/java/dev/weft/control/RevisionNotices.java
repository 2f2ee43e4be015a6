package dev.weft.control;

import dev.weft.control.cluster.ChangeNotices;
import dev.weft.control.cluster.ChangeNotices.Subscription;
import dev.weft.control.cluster.Notice;
import dev.weft.control.store.ConfigSnapshot;
import dev.weft.control.store.ConfigStore;
import java.util.concurrent.atomic.AtomicLong;

/** Tells the other nodes of revisions made here, and not of those they have told us of. */
final class RevisionNotices implements AutoCloseable {
  private final ChangeNotices notices;
  private final AtomicLong known;
  private final Subscription subscription;
  private final ConfigStore.Watch watch;

  private RevisionNotices(ConfigStore config, ChangeNotices notices) {
    this.notices = notices;
    this.known = new AtomicLong(config.current().revision());
    this.subscription = notices.subscribe(this::heard);
    this.watch = config.watch(this::changed);
  }

  static RevisionNotices between(ConfigStore config, ChangeNotices notices) {
    return new RevisionNotices(config, notices);
  }

  private void heard(Notice notice) {
    if (notice instanceof Notice.ConfigChanged(long revision)) {
      known.accumulateAndGet(revision, Math::max);
    }
  }

  private void changed(ConfigSnapshot snapshot) {
    long revision = snapshot.revision();
    if (known.getAndAccumulate(revision, Math::max) < revision) {
      notices.publish(new Notice.ConfigChanged(revision));
    }
  }

  @Override
  public void close() {
    watch.close();
    subscription.close();
  }
}
