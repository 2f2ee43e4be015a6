package dev.weft.control.resource;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects violations of one resource. */
final class Findings {
  private final String subject;
  private final List<Violation> violations = new ArrayList<>();

  Findings(ResourceId id) {
    this.subject = id.toString();
  }

  void add(String path, String problem, String remedy) {
    violations.add(new Violation(subject, path, problem, remedy));
  }

  /** Adds a violation unless {@code holds}. */
  void require(boolean holds, String path, String problem, String remedy) {
    if (!holds) {
      add(path, problem, remedy);
    }
  }

  /** Every value may be there once; the path of one is {@code list/INDEX + suffix}. */
  void unique(Collection<?> values, String list, String suffix, String what) {
    Map<Object, Integer> seen = new HashMap<>();
    int index = 0;
    for (Object value : values) {
      Integer earlier = seen.putIfAbsent(value, index);
      if (earlier != null) {
        add(
            list + "/" + index + suffix,
            what + " " + value + " is also that of " + list + "/" + earlier,
            "give each its own");
      }
      index++;
    }
  }

  List<Violation> violations() {
    return violations;
  }
}
