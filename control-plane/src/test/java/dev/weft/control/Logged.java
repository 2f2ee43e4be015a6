package dev.weft.control;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * What is logged below a name from now on, at this level and above. Registered as an extension in a
 * field that is not static it ends with each test.
 */
public final class Logged extends AppenderBase<ILoggingEvent> implements AfterEachCallback {
  private final Logger logger;
  private final Level before;
  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

  public Logged(String name, Level level) {
    logger = (Logger) LoggerFactory.getLogger(name);
    before = logger.getLevel();
    logger.setLevel(level);
    start();
    logger.addAppender(this);
  }

  public Logged(Class<?> owner, Level level) {
    this(owner.getName(), level);
  }

  /** The events so far, oldest first. */
  public List<ILoggingEvent> events() {
    return events;
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
  }

  @Override
  public void afterEach(ExtensionContext test) {
    logger.detachAppender(this);
    logger.setLevel(before);
  }
}
