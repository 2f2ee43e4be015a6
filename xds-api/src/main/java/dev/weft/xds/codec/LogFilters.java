package dev.weft.xds.codec;

import dev.weft.xds.model.LogFilter;
import dev.weft.xds.model.LogFilter.Comparison;
import dev.weft.xds.model.LogFilter.Limit;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.DurationFilter;
import io.envoyproxy.envoy.config.accesslog.v3.GrpcStatusFilter;
import io.envoyproxy.envoy.config.accesslog.v3.HeaderFilter;
import io.envoyproxy.envoy.config.accesslog.v3.LogTypeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.MetadataFilter;
import io.envoyproxy.envoy.config.accesslog.v3.NotHealthCheckFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.accesslog.v3.RuntimeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.TraceableFilter;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** {@code envoy.config.accesslog.v3.AccessLogFilter}. */
final class LogFilters {
  private static final LogFilter ALL = new LogFilter.NotHealthCheck();

  /** All that Envoy knows, whether they occur here or not. */
  private static final Set<String> FLAGS =
      Set.of(
          "LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE",
          "DC", "URX", "SI", "IH", "DPE", "UMSDR", "RFCF", "NFCF", "DT", "UPE", "NC", "OM", "DF",
          "DO", "DR", "UDO");

  private LogFilters() {}

  static LogFilter decode(AccessLogFilter filter, DecodeScope scope) {
    return switch (filter.getFilterSpecifierCase()) {
      case STATUS_CODE_FILTER ->
          new LogFilter.StatusCode(
              limit(
                  filter.getStatusCodeFilter().getComparison(),
                  scope.at("status_code_filter").at("comparison")));
      case DURATION_FILTER ->
          new LogFilter.Duration(
              limit(
                  filter.getDurationFilter().getComparison(),
                  scope.at("duration_filter").at("comparison")));
      case NOT_HEALTH_CHECK_FILTER -> new LogFilter.NotHealthCheck();
      case TRACEABLE_FILTER -> new LogFilter.Traceable();
      case RUNTIME_FILTER -> {
        RuntimeFilter runtime = filter.getRuntimeFilter();
        DecodeScope at = scope.at("runtime_filter");
        yield new LogFilter.Sample(
            Wire.text(runtime.getRuntimeKey(), at.at("runtime_key")),
            at.runtime()
                .fraction(
                    runtime.getRuntimeKey(),
                    Fractions.decode(runtime.getPercentSampled(), at.at("percent_sampled"))),
            runtime.getUseIndependentRandomness());
      }
      case AND_FILTER ->
          new LogFilter.And(all(filter.getAndFilter().getFiltersList(), scope.at("and_filter")));
      case OR_FILTER ->
          new LogFilter.Or(all(filter.getOrFilter().getFiltersList(), scope.at("or_filter")));
      case HEADER_FILTER ->
          new LogFilter.Header(
              HeaderMatches.decode(
                  filter.getHeaderFilter().getHeader(), scope.at("header_filter").at("header")));
      case RESPONSE_FLAG_FILTER ->
          new LogFilter.ResponseFlags(
              flags(filter.getResponseFlagFilter(), scope.at("response_flag_filter")));
      case GRPC_STATUS_FILTER -> grpcStatus(filter.getGrpcStatusFilter(), scope);
      case LOG_TYPE_FILTER -> logType(filter.getLogTypeFilter(), scope.at("log_type_filter"));
      case METADATA_FILTER -> metadata(filter.getMetadataFilter(), scope.at("metadata_filter"));
      case EXTENSION_FILTER -> ALL; // refused by the field policy
      case FILTERSPECIFIER_NOT_SET -> {
        scope.problem("must have one of the filters set");
        yield ALL;
      }
    };
  }

  private static Limit limit(ComparisonFilter comparison, DecodeScope scope) {
    Comparison compared =
        switch (comparison.getOp()) {
          case EQ -> Comparison.EQ;
          case GE -> Comparison.GE;
          case LE -> Comparison.LE;
          case UNRECOGNIZED -> {
            scope.at("op").problem("is not known");
            yield Comparison.EQ;
          }
        };
    return new Limit(
        compared,
        scope
            .runtime()
            .integer(
                comparison.getValue().getRuntimeKey(),
                Integer.toUnsignedLong(comparison.getValue().getDefaultValue())),
        Wire.text(comparison.getValue().getRuntimeKey(), scope.at("value").at("runtime_key")));
  }

  private static List<LogFilter> all(List<AccessLogFilter> filters, DecodeScope scope) {
    scope.at("filters").require(filters.size() >= 2, "must have two or more");
    List<LogFilter> decoded = new ArrayList<>();
    for (int i = 0; i < filters.size(); i++) {
      decoded.add(decode(filters.get(i), scope.at("filters", i)));
    }
    return decoded;
  }

  private static Set<String> flags(ResponseFlagFilter filter, DecodeScope scope) {
    for (int i = 0; i < filter.getFlagsCount(); i++) {
      scope
          .at("flags", i)
          .require(FLAGS.contains(filter.getFlags(i)), "\"" + filter.getFlags(i) + "\" is no flag");
    }
    return Set.copyOf(filter.getFlagsList());
  }

  private static LogFilter grpcStatus(GrpcStatusFilter filter, DecodeScope scope) {
    Set<Integer> statuses = new LinkedHashSet<>();
    for (int i = 0; i < filter.getStatusesCount(); i++) {
      boolean known = filter.getStatuses(i) != GrpcStatusFilter.Status.UNRECOGNIZED;
      scope.at("grpc_status_filter").at("statuses", i).require(known, "is not known");
      if (known) {
        statuses.add(filter.getStatuses(i).getNumber());
      }
    }
    return new LogFilter.GrpcStatus(statuses, filter.getExclude());
  }

  private static LogFilter logType(LogTypeFilter filter, DecodeScope scope) {
    Set<String> types = new LinkedHashSet<>();
    for (int i = 0; i < filter.getTypesCount(); i++) {
      boolean known = filter.getTypes(i) != AccessLogType.UNRECOGNIZED;
      scope.at("types", i).require(known, "is not known");
      if (known) {
        types.add(filter.getTypes(i).name());
      }
    }
    return new LogFilter.LogType(types, filter.getExclude());
  }

  private static LogFilter metadata(MetadataFilter filter, DecodeScope scope) {
    return new LogFilter.Metadata(
        filter.hasMatcher()
            ? MetadataMatches.decode(filter.getMatcher(), scope.at("matcher"))
            : null,
        !filter.hasMatchIfKeyNotFound() || filter.getMatchIfKeyNotFound().getValue());
  }

  static AccessLogFilter encode(LogFilter filter) {
    AccessLogFilter.Builder encoded = AccessLogFilter.newBuilder();
    switch (filter) {
      case LogFilter.StatusCode(Limit limit) ->
          encoded.setStatusCodeFilter(StatusCodeFilter.newBuilder().setComparison(encode(limit)));
      case LogFilter.Duration(Limit limit) ->
          encoded.setDurationFilter(DurationFilter.newBuilder().setComparison(encode(limit)));
      case LogFilter.NotHealthCheck() ->
          encoded.setNotHealthCheckFilter(NotHealthCheckFilter.getDefaultInstance());
      case LogFilter.Traceable() ->
          encoded.setTraceableFilter(TraceableFilter.getDefaultInstance());
      case LogFilter.Sample sample ->
          encoded.setRuntimeFilter(
              RuntimeFilter.newBuilder()
                  .setRuntimeKey(sample.runtimeKey())
                  .setPercentSampled(Fractions.encode(sample.fraction()))
                  .setUseIndependentRandomness(sample.independent()));
      case LogFilter.And(List<LogFilter> filters) ->
          encoded.setAndFilter(AndFilter.newBuilder().addAllFilters(encode(filters)));
      case LogFilter.Or(List<LogFilter> filters) ->
          encoded.setOrFilter(OrFilter.newBuilder().addAllFilters(encode(filters)));
      case LogFilter.Header header ->
          encoded.setHeaderFilter(
              HeaderFilter.newBuilder().setHeader(HeaderMatches.encode(header.match())));
      case LogFilter.ResponseFlags(Set<String> flags) ->
          encoded.setResponseFlagFilter(
              ResponseFlagFilter.newBuilder().addAllFlags(flags.stream().sorted().toList()));
      case LogFilter.GrpcStatus(Set<Integer> statuses, boolean exclude) -> {
        GrpcStatusFilter.Builder grpc = GrpcStatusFilter.newBuilder().setExclude(exclude);
        statuses.stream().sorted().forEach(grpc::addStatusesValue);
        encoded.setGrpcStatusFilter(grpc);
      }
      case LogFilter.Metadata metadata -> {
        MetadataFilter.Builder noted =
            MetadataFilter.newBuilder().setMatchIfKeyNotFound(Wire.bool(metadata.ifMissing()));
        if (metadata.match() != null) {
          noted.setMatcher(MetadataMatches.encode(metadata.match()));
        }
        encoded.setMetadataFilter(noted);
      }
      case LogFilter.LogType(Set<String> types, boolean exclude) -> {
        LogTypeFilter.Builder byType = LogTypeFilter.newBuilder().setExclude(exclude);
        types.stream().sorted().map(AccessLogType::valueOf).forEach(byType::addTypes);
        encoded.setLogTypeFilter(byType);
      }
    }
    return encoded.build();
  }

  private static List<AccessLogFilter> encode(List<LogFilter> filters) {
    return filters.stream().map(LogFilters::encode).toList();
  }

  private static ComparisonFilter encode(Limit limit) {
    return ComparisonFilter.newBuilder()
        .setOp(ComparisonFilter.Op.valueOf(limit.comparison().name()))
        .setValue(
            RuntimeUInt32.newBuilder()
                .setDefaultValue((int) limit.value())
                .setRuntimeKey(limit.runtimeKey()))
        .build();
  }
}
