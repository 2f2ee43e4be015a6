package dev.weft.control.compile;

import dev.weft.control.resource.BreakerPolicy;
import dev.weft.control.resource.BreakerPolicy.Fallback;
import dev.weft.control.resource.BreakerPolicy.GrpcStatus;
import dev.weft.control.resource.ServiceRef;
import dev.weft.xds.model.ErrorRateBreaker;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The section {@code errorRateBreaker} of a policy to the filter's configuration. */
final class BreakerTranslator {
  private static final ErrorRateBreaker DEFAULT = ErrorRateBreaker.DEFAULT;

  private BreakerTranslator() {}

  /**
   * What a port's callers do. Another service that is not there is reported, and then there is no
   * fallback.
   */
  static ErrorRateBreaker of(
      BreakerPolicy policy, PortView port, MeshView mesh, Problems problems) {
    SortedSet<Integer> grpc =
        policy.failureGrpcStatuses().stream()
            .map(GrpcStatus::number)
            .collect(Collectors.toCollection(TreeSet::new));
    return new ErrorRateBreaker(
        orElse(policy.timeout(), DEFAULT.timeout()),
        orElse(policy.maxConcurrent(), DEFAULT.maxConcurrent()),
        orElse(policy.window(), DEFAULT.window()),
        orElse(policy.minRequests(), DEFAULT.minRequests()),
        orElse(policy.failurePercent(), DEFAULT.failurePercent()),
        orElse(policy.resetTimeout(), DEFAULT.resetTimeout()),
        new TreeSet<>(policy.failureStatuses()),
        grpc.isEmpty() ? DEFAULT.failureGrpcStatuses() : grpc,
        fallback(policy.fallback(), port, mesh, problems));
  }

  private static ErrorRateBreaker.Fallback fallback(
      @Nullable Fallback fallback, PortView port, MeshView mesh, Problems problems) {
    return switch (fallback) {
      case null -> DEFAULT.fallback();
      case Fallback.Reply reply ->
          new ErrorRateBreaker.Fallback.Reply(
              reply.status(),
              reply.body(),
              new TreeMap<>(reply.headers()),
              orElse(reply.grpcStatus(), GrpcStatus.UNAVAILABLE).number());
      case Fallback.OtherService(ServiceRef service) ->
          other(service, port, mesh, problems)
              .<ErrorRateBreaker.Fallback>map(ErrorRateBreaker.Fallback.Cluster::new)
              .orElse(DEFAULT.fallback());
      case Fallback.LastGood lastGood -> {
        var standard = ErrorRateBreaker.Fallback.LastGood.DEFAULT;
        yield new ErrorRateBreaker.Fallback.LastGood(
            orElse(lastGood.maxEntries(), standard.maxEntries()),
            orElse(lastGood.maxBodyBytes(), standard.maxBodyBytes()),
            orElse(lastGood.maxAge(), standard.maxAge()));
      }
    };
  }

  private static Optional<String> other(
      ServiceRef service, PortView port, MeshView mesh, Problems problems) {
    return TargetTranslator.cluster(
        service, mesh, "the fallback of the breaker of " + port.cluster(), problems);
  }

  private static <T> T orElse(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }
}
