package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import dev.weft.xds.resource.XdsType;
import java.util.List;

/** Turns a resource off the wire into a validated model value, or says everything wrong with it. */
@FunctionalInterface
public interface ResourceDecoder {
  /**
   * Never throws for bad input: whatever is wrong with the bytes is a problem of the result.
   *
   * @param name the name it came under
   * @param body packed as the type's message
   */
  Result decode(XdsType type, String name, Any body);

  /** What came of it. */
  sealed interface Result {
    /** The model value, e.g. a {@code dev.weft.xds.model.Cluster}. */
    record Valid(Object model) implements Result {}

    /** Every problem found, each with the path of its field; at least one. */
    record Invalid(List<String> problems) implements Result {
      public Invalid {
        problems = List.copyOf(problems);
        if (problems.isEmpty()) {
          throw new IllegalArgumentException("an invalid resource needs at least one problem");
        }
      }
    }
  }
}
