package dev.weft.control.compile;

import java.util.ArrayList;
import java.util.List;

/** Collects what a compile cannot honour; confined to the thread of the compile. */
final class Problems {
  private static final int MAX = 100;

  private final List<String> messages = new ArrayList<>();
  private int more;

  /** Adds one, unless it is known already. */
  void add(String message) {
    if (messages.contains(message)) {
      return;
    }
    if (messages.size() < MAX) {
      messages.add(message);
    } else {
      more++;
    }
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  List<String> toList() {
    List<String> all = new ArrayList<>(messages);
    if (more > 0) {
      all.add("and " + more + " more");
    }
    return List.copyOf(all);
  }
}
