package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** A line each, to standard error, and nobody can forge one. */
class LogSetupTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private LoggerContext context() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    new LogSetup().configure(context);
    var appender =
        (ConsoleAppender<?>) context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr");
    assertThat(appender.getTarget()).isEqualTo("System.err");
    appender.setOutputStream(err);
    return context;
  }

  @Test
  void aMessageIsOneLineWhateverIsInIt() {
    context().getLogger("dev.weft.proxy.Proxy").warn("sent {}", "a\r\n2026 INFO Proxy: forged");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARN  Proxy: "
                + "sent a 2026 INFO Proxy: forged\\R");
  }

  @Test
  void librariesOnlyWarn() {
    LoggerContext context = context();
    assertThat(context.getLogger("io.netty.handler").isInfoEnabled()).isFalse();
    assertThat(context.getLogger("io.netty.handler").isWarnEnabled()).isTrue();
    assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getLevel()).isEqualTo(Level.INFO);
  }

  @Test
  void logbackFindsIt() {
    assertThat(ServiceLoader.load(Configurator.class))
        .anyMatch(configurator -> configurator instanceof LogSetup);
  }
}
