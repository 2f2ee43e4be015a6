package dev.weft.xds.codec;

import dev.weft.xds.model.Fault;
import dev.weft.xds.model.Fault.Abort;
import dev.weft.xds.model.Fault.Delay;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HeaderMatch;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The message of {@link Fault}, of a manager's filter and of routes. */
final class Faults {
  private Faults() {}

  static Fault decode(HTTPFault fault, DecodeScope scope) {
    List<HeaderMatch> headers = new ArrayList<>();
    for (int i = 0; i < fault.getHeadersCount(); i++) {
      headers.add(HeaderMatches.decode(fault.getHeaders(i), scope.at("headers", i)));
    }
    return new Fault(
        fault.hasDelay() ? delay(fault, fault.getDelay(), scope.at("delay")) : null,
        fault.hasAbort() ? abort(fault, fault.getAbort(), scope.at("abort")) : null,
        fault.getUpstreamCluster(),
        headers,
        fault.getDownstreamNodesList(),
        maxActive(fault, scope.runtime()),
        !fault.getDisableDownstreamClusterStats());
  }

  private static @Nullable Integer maxActive(HTTPFault fault, RuntimeValues runtime) {
    Integer most = fault.hasMaxActiveFaults() ? Wire.limit(fault.getMaxActiveFaults()) : null;
    long said = runtime.integer(fault.getMaxActiveFaultsRuntime(), -1);
    return said < 0 ? most : Integer.valueOf((int) Math.min(said, Integer.MAX_VALUE));
  }

  private static @Nullable Delay delay(HTTPFault fault, FaultDelay delay, DecodeScope scope) {
    Duration fixed = null;
    switch (delay.getFaultDelaySecifierCase()) {
      case FIXED_DELAY -> {
        fixed = Wire.duration(delay.getFixedDelay(), scope.at("fixed_delay"));
        scope.at("fixed_delay").require(!fixed.isZero(), "must be longer than 0s");
        long said = scope.runtime().integer(fault.getDelayDurationRuntime(), -1);
        if (said == 0) {
          return null;
        }
        fixed = said < 0 ? fixed : Duration.ofMillis(said);
      }
      case HEADER_DELAY -> {}
      case FAULTDELAYSECIFIER_NOT_SET ->
          scope.problem("must have one of fixed_delay and header_delay");
    }
    return new Delay(
        fixed,
        percentage(fault.getDelayPercentRuntime(), delay.getPercentage(), scope.at("percentage")));
  }

  private static Fraction percentage(String key, FractionalPercent value, DecodeScope scope) {
    return scope.runtime().fraction(key, Fractions.decode(value, scope));
  }

  private static Abort abort(HTTPFault fault, FaultAbort abort, DecodeScope scope) {
    Integer status = null;
    Integer grpcStatus = null;
    switch (abort.getErrorTypeCase()) {
      case HTTP_STATUS -> {
        int given = Wire.number(abort.getHttpStatus(), 200, 599, scope.at("http_status"));
        long said = scope.runtime().integer(fault.getAbortHttpStatusRuntime(), given);
        scope
            .at("http_status")
            .require(said >= 200 && said <= 599, "is " + said + " by runtime, must be 200..599");
        status = (int) said;
      }
      case GRPC_STATUS ->
          grpcStatus =
              (int)
                  scope.runtime().integer(fault.getAbortGrpcStatusRuntime(), abort.getGrpcStatus());
      case HEADER_ABORT -> {}
      case ERRORTYPE_NOT_SET ->
          scope.problem("must have one of http_status, grpc_status and header_abort");
    }
    return new Abort(
        status,
        grpcStatus,
        percentage(fault.getAbortPercentRuntime(), abort.getPercentage(), scope.at("percentage")));
  }

  static HTTPFault encode(Fault fault) {
    HTTPFault.Builder encoded =
        HTTPFault.newBuilder()
            .setUpstreamCluster(fault.upstreamCluster())
            .addAllHeaders(fault.headers().stream().map(HeaderMatches::encode).toList())
            .addAllDownstreamNodes(fault.downstreamNodes())
            .setDisableDownstreamClusterStats(!fault.clusterStats());
    if (fault.maxActive() != null) {
      encoded.setMaxActiveFaults(Wire.uint32(fault.maxActive()));
    }
    Delay delay = fault.delay();
    if (delay != null) {
      FaultDelay.Builder built =
          FaultDelay.newBuilder().setPercentage(Fractions.encode(delay.percentage()));
      encoded.setDelay(
          delay.fixed() == null
              ? built.setHeaderDelay(FaultDelay.HeaderDelay.getDefaultInstance())
              : built.setFixedDelay(Wire.duration(delay.fixed())));
    }
    Abort abort = fault.abort();
    if (abort != null) {
      FaultAbort.Builder built =
          FaultAbort.newBuilder().setPercentage(Fractions.encode(abort.percentage()));
      if (abort.status() != null) {
        built.setHttpStatus(abort.status());
      } else if (abort.grpcStatus() != null) {
        built.setGrpcStatus(abort.grpcStatus());
      } else {
        built.setHeaderAbort(FaultAbort.HeaderAbort.getDefaultInstance());
      }
      encoded.setAbort(built);
    }
    return encoded.build();
  }
}
