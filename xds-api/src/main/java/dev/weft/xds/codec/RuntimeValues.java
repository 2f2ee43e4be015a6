package dev.weft.xds.codec;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.xds.model.Fraction;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a bootstrap's runtime says instead of the defaults of fields that name a runtime key, as
 * Envoy reads it: a number or a text of digits, a truth, or a {@code FractionalPercent}; a value
 * that is not of the kind a field wants changes nothing there. Immutable.
 */
public final class RuntimeValues {
  /** Nothing: all defaults count. */
  public static final RuntimeValues NONE = new RuntimeValues(Map.of());

  private static final String NUMERATOR = "numerator";
  private static final String DENOMINATOR = "denominator";

  private final Map<String, Value> values;

  private RuntimeValues(Map<String, Value> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * With values by their whole keys.
   *
   * @throws IllegalArgumentException if one {@linkplain #isValue can be none}
   */
  public static RuntimeValues of(Map<String, Value> values) {
    values.forEach(
        (key, value) -> {
          if (!isValue(value)) {
            throw new IllegalArgumentException(key + " has no value of runtime");
          }
        });
    return new RuntimeValues(values);
  }

  /** Whether this is a value, and no list, null, or part of the keys' tree. */
  public static boolean isValue(Value value) {
    return switch (value.getKindCase()) {
      case NUMBER_VALUE, STRING_VALUE, BOOL_VALUE -> true;
      case STRUCT_VALUE -> isFraction(value.getStructValue());
      case NULL_VALUE, LIST_VALUE, KIND_NOT_SET -> false;
    };
  }

  private static boolean isFraction(Struct struct) {
    return struct.containsFields(NUMERATOR) || struct.containsFields(DENOMINATOR);
  }

  Fraction fraction(String key, Fraction other) {
    Value value = values.get(key);
    if (value == null) {
      return other;
    }
    if (value.hasStructValue()) {
      Map<String, Value> fields = value.getStructValue().getFieldsMap();
      int whole = denominator(fields.get(DENOMINATOR));
      long part = whole(fields.get(NUMERATOR), 0);
      return new Fraction((int) Math.min(part, whole), whole);
    }
    long percent = whole(value, -1);
    return percent < 0 ? other : new Fraction((int) Math.min(percent, 100), 100);
  }

  private static int denominator(@Nullable Value value) {
    String name = value == null ? "" : value.getStringValue();
    int number = value == null ? 0 : (int) value.getNumberValue();
    if (name.equals(DenominatorType.TEN_THOUSAND.name())
        || number == DenominatorType.TEN_THOUSAND_VALUE) {
      return 10_000;
    }
    return name.equals(DenominatorType.MILLION.name()) || number == DenominatorType.MILLION_VALUE
        ? 1_000_000
        : 100;
  }

  /** A whole number of at least 0; what is behind its point does not count. */
  long integer(String key, long other) {
    return whole(values.get(key), other);
  }

  double number(String key, double other) {
    double number = number(values.get(key));
    return Double.isNaN(number) ? other : number;
  }

  boolean truth(String key, boolean other) {
    Value value = values.get(key);
    return value != null && value.hasBoolValue() ? value.getBoolValue() : other;
  }

  private static long whole(@Nullable Value value, long other) {
    double number = number(value);
    return number >= 0 ? (long) number : other;
  }

  private static double number(@Nullable Value value) {
    if (value == null) {
      return Double.NaN;
    }
    if (value.hasNumberValue()) {
      return value.getNumberValue();
    }
    try {
      return value.hasStringValue() ? Double.parseDouble(value.getStringValue()) : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN; // a text
    }
  }
}
