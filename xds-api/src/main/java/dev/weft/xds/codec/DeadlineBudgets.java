package dev.weft.xds.codec;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.xds.model.DeadlineBudget;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * What is made of the time that callers give: the metadata {@code weft.deadlines}, which proxies
 * that do not know it ignore.
 */
final class DeadlineBudgets {
  private static final String NAMESPACE = "weft.deadlines";
  private static final String REMEMBER = "remember";
  private static final String RECALL = "recall";
  private static final String LEAST = "least_ms";
  private static final int MOST_MILLIS = 3_600_000;

  private DeadlineBudgets() {}

  static @Nullable DeadlineBudget decode(Metadata metadata, DecodeScope scope) {
    if (!metadata.containsFilterMetadata(NAMESPACE)) {
      return null;
    }
    Struct said = metadata.getFilterMetadataOrThrow(NAMESPACE);
    DecodeScope at = scope.at("filter_metadata", NAMESPACE);
    said.getFieldsMap()
        .forEach(
            (name, value) -> {
              switch (name) {
                case REMEMBER, RECALL ->
                    at.at(name).require(value.hasBoolValue(), "must be true or false");
                case LEAST ->
                    at.at(name)
                        .require(
                            isMillis(value),
                            "must be a whole number of milliseconds, 0 to " + MOST_MILLIS);
                default -> at.at(name).problem("is not known: only remember, recall, least_ms are");
              }
            });
    boolean remembers = flag(said, REMEMBER);
    boolean recalls = flag(said, RECALL);
    at.at(RECALL)
        .require(
            !remembers || !recalls,
            "is for what an application sends, and remember for what comes for it: set one");
    Value least = said.getFieldsOrDefault(LEAST, Value.getDefaultInstance());
    int leastMillis = isMillis(least) ? (int) least.getNumberValue() : 0;
    return new DeadlineBudget(remembers, recalls, leastMillis);
  }

  private static boolean isMillis(Value value) {
    double number = value.getNumberValue();
    return value.hasNumberValue()
        && number == Math.rint(number)
        && number >= 0
        && number <= MOST_MILLIS;
  }

  private static boolean flag(Struct said, String name) {
    return said.getFieldsOrDefault(name, Value.getDefaultInstance()).getBoolValue();
  }

  static Metadata encode(DeadlineBudget budget) {
    Struct.Builder said = Struct.newBuilder();
    if (budget.remembers()) {
      said.putFields(REMEMBER, Value.newBuilder().setBoolValue(true).build());
    }
    if (budget.recalls()) {
      said.putFields(RECALL, Value.newBuilder().setBoolValue(true).build());
    }
    if (budget.leastMillis() > 0) {
      said.putFields(LEAST, Value.newBuilder().setNumberValue(budget.leastMillis()).build());
    }
    return Metadata.newBuilder().putFilterMetadata(NAMESPACE, said.build()).build();
  }
}
