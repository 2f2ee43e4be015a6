package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.AccessLog.File;
import dev.weft.xds.model.AccessLog.Stderr;
import dev.weft.xds.model.AccessLog.Stdout;
import dev.weft.xds.model.AccessLog.Target;
import dev.weft.xds.model.SubstitutionFormat;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.accesslog.v3.AccessLog}: files and the process's two outputs. */
final class AccessLogs {
  /** What a control plane may name too: no other file of this machine is its to write. */
  private static final Set<String> OUTPUTS = Set.of("/dev/stdout", "/dev/stderr", "/dev/null");

  private AccessLogs() {}

  /** The logs of a field {@code access_log}. */
  static List<dev.weft.xds.model.AccessLog> decode(List<AccessLog> logs, DecodeScope scope) {
    List<dev.weft.xds.model.AccessLog> decoded = new ArrayList<>();
    for (int i = 0; i < logs.size(); i++) {
      dev.weft.xds.model.AccessLog log = decode(logs.get(i), scope.at("access_log", i));
      if (log != null) {
        decoded.add(log);
      }
    }
    return decoded;
  }

  private static dev.weft.xds.model.@Nullable AccessLog decode(AccessLog log, DecodeScope scope) {
    DecodeScope at = scope.at("typed_config");
    Any config = log.getTypedConfig();
    Target target;
    SubstitutionFormat format;
    if (Extensions.is(config, FileAccessLog.getDefaultInstance())) {
      FileAccessLog file = at.unpack(config, FileAccessLog.getDefaultInstance());
      if (file == null) {
        return null;
      }
      target = file(file.getPath(), at.at("path"));
      format = format(file, at);
    } else if (Extensions.is(config, StdoutAccessLog.getDefaultInstance())) {
      StdoutAccessLog out = at.unpack(config, StdoutAccessLog.getDefaultInstance());
      target = new Stdout();
      format =
          out != null && out.hasLogFormat()
              ? Formats.decode(out.getLogFormat(), at.at("log_format"))
              : null;
    } else if (Extensions.is(config, StderrAccessLog.getDefaultInstance())) {
      StderrAccessLog err = at.unpack(config, StderrAccessLog.getDefaultInstance());
      target = new Stderr();
      format =
          err != null && err.hasLogFormat()
              ? Formats.decode(err.getLogFormat(), at.at("log_format"))
              : null;
    } else {
      at.problem(
          "the access logger \""
              + DecodeScope.typeName(config)
              + "\" is not supported: only FileAccessLog, StdoutAccessLog and StderrAccessLog are");
      return null;
    }
    return new dev.weft.xds.model.AccessLog(
        log.getName(),
        target,
        format,
        log.hasFilter() ? LogFilters.decode(log.getFilter(), scope.at("filter")) : null);
  }

  /** A file to write to; the process's outputs are some. */
  static File file(String path, DecodeScope scope) {
    scope.require(
        OUTPUTS.contains(Wire.text(path, scope)) || scope.local(),
        "names a file, which only this machine's own configuration may: use " + OUTPUTS);
    return new File(path);
  }

  private static @Nullable SubstitutionFormat format(FileAccessLog file, DecodeScope scope) {
    return switch (file.getAccessLogFormatCase()) {
      case LOG_FORMAT -> Formats.decode(file.getLogFormat(), scope.at("log_format"));
      case FORMAT ->
          file.getFormat().isEmpty()
              ? null
              : new SubstitutionFormat(
                  new SubstitutionFormat.Text(Formats.text(file.getFormat(), scope.at("format"))),
                  false,
                  "");
      case JSON_FORMAT -> json(file.getJsonFormat(), scope.at("json_format"));
      case TYPED_JSON_FORMAT -> json(file.getTypedJsonFormat(), scope.at("typed_json_format"));
      case ACCESSLOGFORMAT_NOT_SET -> null;
    };
  }

  private static SubstitutionFormat json(com.google.protobuf.Struct struct, DecodeScope scope) {
    return new SubstitutionFormat(
        new SubstitutionFormat.Json(Formats.fields(struct, scope)), false, "");
  }

  static List<AccessLog> encode(List<dev.weft.xds.model.AccessLog> logs) {
    return logs.stream().map(AccessLogs::encode).toList();
  }

  private static AccessLog encode(dev.weft.xds.model.AccessLog log) {
    AccessLog.Builder encoded =
        AccessLog.newBuilder()
            .setName(log.name())
            .setTypedConfig(Extensions.pack(config(log.target(), log.format())));
    if (log.filter() != null) {
      encoded.setFilter(LogFilters.encode(log.filter()));
    }
    return encoded.build();
  }

  private static Message config(Target target, @Nullable SubstitutionFormat format) {
    return switch (target) {
      case File(String path) -> {
        FileAccessLog.Builder file = FileAccessLog.newBuilder().setPath(path);
        yield (format == null ? file : file.setLogFormat(Formats.encode(format))).build();
      }
      case Stdout() -> {
        StdoutAccessLog.Builder out = StdoutAccessLog.newBuilder();
        yield (format == null ? out : out.setLogFormat(Formats.encode(format))).build();
      }
      case Stderr() -> {
        StderrAccessLog.Builder err = StderrAccessLog.newBuilder();
        yield (format == null ? err : err.setLogFormat(Formats.encode(format))).build();
      }
    };
  }
}
