package dev.weft.xds.codec;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import dev.weft.xds.model.LbPolicy.LocalityWeighted;
import dev.weft.xds.model.LbPolicy.PeakEwma;
import java.text.ParseException;
import java.time.Duration;

/**
 * Weft's own policy: a {@code TypedStruct} of the type {@value #TYPE}, with {@code decay_time} (a
 * duration, 10 s by default) and {@code locality_weighted} (a boolean).
 */
final class PeakEwmas {
  private static final String TYPE = "weft.dev/weft.load_balancing_policies.peak_ewma.v1.PeakEwma";
  private static final Duration DEFAULT_DECAY = Duration.ofSeconds(10);
  private static final String DECAY = "decay_time";
  private static final String LOCALITY = "locality_weighted";

  private PeakEwmas() {}

  static boolean is(TypedStruct struct) {
    return struct.getTypeUrl().equals(TYPE);
  }

  static PeakEwma decode(TypedStruct struct, DecodeScope scope) {
    Duration decay = DEFAULT_DECAY;
    boolean weighted = false;
    DecodeScope at = scope.at("value");
    for (var field : struct.getValue().getFieldsMap().entrySet()) {
      switch (field.getKey()) {
        case DECAY -> decay = duration(field.getValue(), at.at(DECAY));
        case LOCALITY -> {
          at.at(LOCALITY).require(field.getValue().hasBoolValue(), "must be true or false");
          weighted = field.getValue().getBoolValue();
        }
        default -> at.at(field.getKey()).problem("is not supported: leave it out");
      }
    }
    return new PeakEwma(decay, weighted ? new LocalityWeighted() : LocalityLb.DEFAULT);
  }

  private static Duration duration(Value value, DecodeScope scope) {
    try {
      Duration decoded = Wire.duration(Durations.parse(value.getStringValue()), scope);
      scope.require(decoded.isPositive(), "must be greater than 0s");
      return decoded;
    } catch (ParseException e) {
      scope.problem("must be a duration as \"10s\"");
      return DEFAULT_DECAY;
    }
  }

  static Message encode(PeakEwma policy) {
    Struct.Builder value =
        Struct.newBuilder()
            .putFields(
                DECAY,
                Value.newBuilder()
                    .setStringValue(Durations.toString(Wire.duration(policy.decay())))
                    .build());
    if (policy.locality() instanceof LocalityWeighted) {
      value.putFields(LOCALITY, Value.newBuilder().setBoolValue(true).build());
    }
    return TypedStruct.newBuilder().setTypeUrl(TYPE).setValue(value).build();
  }
}
