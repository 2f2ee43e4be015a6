package dev.weft.xds.codec;

import dev.weft.xds.model.Fault;
import dev.weft.xds.model.Fault.Abort;
import dev.weft.xds.model.Fault.Delay;
import dev.weft.xds.model.HeaderMatch;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The message of {@link Fault}, of a manager's filter and of routes. */
final class Faults {
  private Faults() {}

  static Fault decode(HTTPFault fault, DecodeScope scope) {
    List<HeaderMatch> headers = new ArrayList<>();
    for (int i = 0; i < fault.getHeadersCount(); i++) {
      headers.add(HeaderMatches.decode(fault.getHeaders(i), scope.at("headers", i)));
    }
    return new Fault(
        fault.hasDelay() ? delay(fault.getDelay(), scope.at("delay")) : null,
        fault.hasAbort() ? abort(fault.getAbort(), scope.at("abort")) : null,
        fault.getUpstreamCluster(),
        headers,
        fault.getDownstreamNodesList(),
        fault.hasMaxActiveFaults() ? Wire.limit(fault.getMaxActiveFaults()) : null,
        !fault.getDisableDownstreamClusterStats());
  }

  private static Delay delay(FaultDelay delay, DecodeScope scope) {
    Duration fixed = null;
    switch (delay.getFaultDelaySecifierCase()) {
      case FIXED_DELAY -> {
        fixed = Wire.duration(delay.getFixedDelay(), scope.at("fixed_delay"));
        scope.at("fixed_delay").require(!fixed.isZero(), "must be longer than 0s");
      }
      case HEADER_DELAY -> {}
      case FAULTDELAYSECIFIER_NOT_SET ->
          scope.problem("must have one of fixed_delay and header_delay");
    }
    return new Delay(fixed, Fractions.decode(delay.getPercentage(), scope.at("percentage")));
  }

  private static Abort abort(FaultAbort abort, DecodeScope scope) {
    Integer status = null;
    Integer grpcStatus = null;
    switch (abort.getErrorTypeCase()) {
      case HTTP_STATUS ->
          status = Wire.number(abort.getHttpStatus(), 200, 599, scope.at("http_status"));
      case GRPC_STATUS -> grpcStatus = abort.getGrpcStatus();
      case HEADER_ABORT -> {}
      case ERRORTYPE_NOT_SET ->
          scope.problem("must have one of http_status, grpc_status and header_abort");
    }
    return new Abort(
        status, grpcStatus, Fractions.decode(abort.getPercentage(), scope.at("percentage")));
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
