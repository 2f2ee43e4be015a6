package dev.weft.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/** What a command talks to: standard streams and the environment. */
record Terminal(InputStream in, PrintWriter out, PrintWriter err, Map<String, String> environment) {
  Terminal {
    environment = Map.copyOf(environment);
  }

  /** A variable that is set and not empty, else {@code otherwise}. */
  String variable(String name, String otherwise) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? otherwise : value;
  }
}
