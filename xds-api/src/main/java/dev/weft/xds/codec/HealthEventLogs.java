package dev.weft.xds.codec;

import com.google.protobuf.Any;
import dev.weft.xds.model.HealthCheck.EventLog;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where health checks log events: {@code event_logger}, and what it deprecates. */
final class HealthEventLogs {
  private static final String SINK = "envoy.health_check.event_sink.file";

  private HealthEventLogs() {}

  /** Null where nothing is logged. */
  @SuppressWarnings("deprecation") // Envoy takes event_log_path still.
  static @Nullable EventLog decode(HealthCheck check, DecodeScope scope) {
    List<String> files = new ArrayList<>();
    if (!check.getEventLogPath().isEmpty()) {
      files.add(AccessLogs.file(check.getEventLogPath(), scope.at("event_log_path")).path());
    }
    for (int i = 0; i < check.getEventLoggerCount(); i++) {
      DecodeScope at = scope.at("event_logger", i).at("typed_config");
      Any config = check.getEventLogger(i).getTypedConfig();
      if (!Extensions.is(config, HealthCheckEventFileSink.getDefaultInstance())) {
        at.problem(
            "the event logger \""
                + DecodeScope.typeName(config)
                + "\" is not supported: only HealthCheckEventFileSink is");
        continue;
      }
      HealthCheckEventFileSink sink =
          at.unpack(config, HealthCheckEventFileSink.getDefaultInstance());
      if (sink != null) {
        DecodeScope path = at.at("event_log_path");
        files.add(AccessLogs.file(sink.getEventLogPath(), path).path());
      }
    }
    return files.isEmpty()
        ? null
        : new EventLog(
            files, check.getAlwaysLogHealthCheckFailures(), check.getAlwaysLogHealthCheckSuccess());
  }

  static void encode(EventLog log, HealthCheck.Builder check) {
    for (String path : log.files()) {
      check
          .addEventLoggerBuilder()
          .setName(SINK)
          .setTypedConfig(
              Extensions.pack(HealthCheckEventFileSink.newBuilder().setEventLogPath(path).build()));
    }
    check
        .setAlwaysLogHealthCheckFailures(log.allFailures())
        .setAlwaysLogHealthCheckSuccess(log.allSuccesses());
  }
}
