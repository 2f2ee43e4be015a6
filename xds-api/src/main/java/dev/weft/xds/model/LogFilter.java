package dev.weft.xds.model;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What gets a line in a log ({@code envoy.config.accesslog.v3.AccessLogFilter}). */
public sealed interface LogFilter {
  /** How a number is compared with a limit. */
  enum Comparison {
    /** Equal. */
    EQ,
    /** Greater or equal. */
    GE,
    /** Less or equal. */
    LE
  }

  /**
   * A limit.
   *
   * @param value of 32 bits, unsigned
   * @param runtimeKey overrides the value; may be empty
   */
  record Limit(Comparison comparison, long value, String runtimeKey) {}

  /** By the status that was sent; 0 where none was. */
  record StatusCode(Limit limit) implements LogFilter {}

  /** By milliseconds. */
  record Duration(Limit limit) implements LogFilter {}

  /** All but health checks. */
  record NotHealthCheck() implements LogFilter {}

  /** What is traced. */
  record Traceable() implements LogFilter {}

  /**
   * A part of them: the same for one request id everywhere, unless chance is to be independent.
   *
   * @param runtimeKey overrides the fraction
   */
  record Sample(String runtimeKey, Fraction fraction, boolean independent) implements LogFilter {}

  /** What passes each of two or more. */
  record And(List<LogFilter> filters) implements LogFilter {
    public And {
      filters = List.copyOf(filters);
    }
  }

  /** What passes one of two or more. */
  record Or(List<LogFilter> filters) implements LogFilter {
    public Or {
      filters = List.copyOf(filters);
    }
  }

  /** By a header of the request. */
  record Header(HeaderMatch match) implements LogFilter {}

  /** What has one of these flags, any flag if there is none. */
  record ResponseFlags(Set<String> flags) implements LogFilter {
    public ResponseFlags {
      flags = Set.copyOf(flags);
    }
  }

  /** By the gRPC status, or what the HTTP status stands for. */
  record GrpcStatus(Set<Integer> statuses, boolean exclude) implements LogFilter {
    public GrpcStatus {
      statuses = Set.copyOf(statuses);
    }
  }

  /**
   * By what is noted of the exchange; the match's {@code invert} does not count, as with Envoy.
   *
   * @param match null: nothing is ever there
   * @param ifMissing whether what has no such value passes
   */
  record Metadata(@Nullable MetadataMatch match, boolean ifMissing) implements LogFilter {}

  /** By the occasion that the line is written for, {@code DownstreamEnd} for example. */
  record LogType(Set<String> types, boolean exclude) implements LogFilter {
    public LogType {
      types = Set.copyOf(types);
    }
  }
}
