package dev.weft.xds.codec;

import com.google.protobuf.UInt64Value;
import com.google.protobuf.util.Timestamps;
import dev.weft.xds.model.OutlierEvent;
import dev.weft.xds.model.OutlierEvent.BelowOthers;
import dev.weft.xds.model.OutlierEvent.Ejected;
import dev.weft.xds.model.OutlierEvent.Evidence;
import dev.weft.xds.model.OutlierEvent.InARow;
import dev.weft.xds.model.OutlierEvent.Readmitted;
import dev.weft.xds.model.OutlierEvent.TooManyFailures;
import io.envoyproxy.envoy.data.cluster.v3.Action;
import io.envoyproxy.envoy.data.cluster.v3.OutlierDetectionEvent;
import io.envoyproxy.envoy.data.cluster.v3.OutlierEjectionType;

/** {@code envoy.data.cluster.v3.OutlierDetectionEvent}, as event logs have it. */
public final class OutlierEvents {
  private OutlierEvents() {}

  /** The event as a line of JSON, without the end of the line. */
  public static String json(OutlierEvent event) {
    return EventJson.print(encode(event));
  }

  private static OutlierDetectionEvent encode(OutlierEvent event) {
    OutlierDetectionEvent.Builder encoded =
        OutlierDetectionEvent.newBuilder()
            .setTimestamp(Timestamps.fromMillis(event.at().toEpochMilli()))
            .setClusterName(event.cluster())
            .setUpstreamUrl(event.endpoint())
            .setNumEjections(event.ejections());
    if (event.sinceLast() != null) {
      encoded.setSecsSinceLastAction(UInt64Value.of(event.sinceLast().toSeconds()));
    }
    switch (event.action()) {
      case Readmitted() -> encoded.setAction(Action.UNEJECT);
      case Ejected ejected -> {
        encoded
            .setAction(Action.EJECT)
            .setType(OutlierEjectionType.valueOf(ejected.reason().name()))
            .setEnforced(ejected.enforced());
        encode(ejected.evidence(), encoded);
      }
    }
    return encoded.build();
  }

  /** Rates are whole numbers there. */
  private static void encode(Evidence evidence, OutlierDetectionEvent.Builder encoded) {
    switch (evidence) {
      case InARow() -> encoded.getEjectConsecutiveEventBuilder();
      case BelowOthers(double rate, double average, double threshold) ->
          encoded
              .getEjectSuccessRateEventBuilder()
              .setHostSuccessRate((int) rate)
              .setClusterAverageSuccessRate((int) average)
              .setClusterSuccessRateEjectionThreshold((int) threshold);
      case TooManyFailures(double rate) ->
          encoded.getEjectFailurePercentageEventBuilder().setHostSuccessRate((int) rate);
    }
  }
}
