package dev.weft.xds.model;

import java.util.List;

/**
 * A condition on a value in metadata ({@code envoy.type.matcher.v3.MetadataMatcher}).
 *
 * @param namespace what wrote it, a filter's name mostly
 * @param path keys from the outside in; at least one
 * @param invert whether it holds where the value is another, or is not there
 */
public record MetadataMatch(String namespace, List<String> path, Value value, boolean invert) {
  public MetadataMatch {
    path = List.copyOf(path);
  }

  /**
   * What must hold of a value ({@code envoy.type.matcher.v3.ValueMatcher}); nothing holds of one
   * that is not there.
   */
  public sealed interface Value {}

  /** It is null. */
  public record Null() implements Value {}

  /** It is this number. */
  public record Number(double value) implements Value {}

  /** It is a number that is at least {@code start} and below {@code end}. */
  public record Range(double start, double end) implements Value {}

  /** It is such a text. */
  public record Text(StringMatch match) implements Value {}

  /** It is this truth. */
  public record Truth(boolean value) implements Value {}

  /** It is there; {@code false} never holds, as with Envoy. */
  public record Present(boolean value) implements Value {}

  /** It is a list, of which one element is such a value. */
  public record Element(Value value) implements Value {}

  /** One of these holds. */
  public record AnyOf(List<Value> values) implements Value {
    public AnyOf {
      values = List.copyOf(values);
    }
  }
}
