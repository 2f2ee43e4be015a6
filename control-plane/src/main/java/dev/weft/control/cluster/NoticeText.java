package dev.weft.control.cluster;

import java.util.Optional;

/** A notice as nodes send it to each other: a short string, so that versions can differ. */
final class NoticeText {
  private static final String CONFIG = "config:";
  private static final String INSTANCES = "instances";

  private NoticeText() {}

  static String encode(Notice notice) {
    return switch (notice) {
      case Notice.ConfigChanged changed -> CONFIG + changed.revision();
      case Notice.InstancesChanged changed -> INSTANCES;
    };
  }

  /** Empty for what this version does not know: it will be polled. */
  static Optional<Notice> decode(String text) {
    if (text.equals(INSTANCES)) {
      return Optional.of(new Notice.InstancesChanged());
    }
    if (text.startsWith(CONFIG)) {
      try {
        return Optional.of(
            new Notice.ConfigChanged(Long.parseLong(text.substring(CONFIG.length()))));
      } catch (IllegalArgumentException unknown) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
