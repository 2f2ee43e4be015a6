package dev.weft.proxy.admin;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** Shows and changes log levels: {@code ?level=debug} for all, {@code ?LOGGER=debug} for one. */
final class LogLevels {
  private static final Set<String> LEVELS =
      Set.of("off", "error", "warn", "info", "debug", "trace");

  private LogLevels() {}

  /**
   * Changes what the query says and shows all levels that are set.
   *
   * @throws IllegalArgumentException naming a level that does not exist
   */
  static String change(MultiMap query) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      throw new IllegalArgumentException("the logging of this process has no levels to change");
    }
    for (Map.Entry<String, String> change : query) {
      String level = change.getValue().toLowerCase(Locale.ROOT);
      if (!LEVELS.contains(level)) {
        throw new IllegalArgumentException(
            "\"" + change.getValue() + "\" is no level; take one of " + LEVELS);
      }
      String name = change.getKey().equals("level") ? Logger.ROOT_LOGGER_NAME : change.getKey();
      context.getLogger(name).setLevel(Level.toLevel(level));
    }
    StringBuilder shown = new StringBuilder();
    for (Logger logger : context.getLoggerList()) {
      if (logger.getLevel() != null) {
        shown
            .append(logger.getName())
            .append(": ")
            .append(logger.getLevel().toString().toLowerCase(Locale.ROOT))
            .append('\n');
      }
    }
    return shown.toString();
  }
}
