package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import dev.weft.xds.resource.XdsType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/**
 * What one event changes of the resources of one type, to be applied as a whole.
 *
 * @param accepted valid, new or newly versioned
 * @param absent the server says that there are none of these names, or has said nothing in time
 * @param forgotten nobody asks for these any more, or they are absent and nobody asks for them by
 *     name: nothing is kept of them, not even that they are absent
 * @param refused not valid; whatever was good before stays
 */
public record ResourceBatch(
    XdsType type,
    List<Accepted> accepted,
    Set<String> absent,
    Set<String> forgotten,
    List<Refused> refused) {

  public ResourceBatch {
    accepted = List.copyOf(accepted);
    absent = Set.copyOf(absent);
    forgotten = Set.copyOf(forgotten);
    refused = List.copyOf(refused);
  }

  /** Whether it changes nothing. */
  public boolean isEmpty() {
    return accepted.isEmpty() && absent.isEmpty() && forgotten.isEmpty() && refused.isEmpty();
  }

  /**
   * A good resource.
   *
   * @param model what the decoder made of it
   * @param changed whether the content differs from what was accepted before
   */
  public record Accepted(String name, String version, Object model, Any body, boolean changed) {
    /** The bytes of the message, read-only and not copied. */
    public ByteBuffer bytes() {
      return body.getValue().asReadOnlyByteBuffer();
    }
  }

  /**
   * A bad resource.
   *
   * @param name empty if it has none, or if the response as a whole was refused
   * @param problems at least one
   */
  public record Refused(String name, String version, List<String> problems) {
    public Refused {
      problems = List.copyOf(problems);
    }
  }

  static ResourceBatch refusing(XdsType type, Refused refused) {
    return new ResourceBatch(type, List.of(), Set.of(), Set.of(), List.of(refused));
  }

  static ResourceBatch missing(XdsType type, String name) {
    return new ResourceBatch(type, List.of(), Set.of(name), Set.of(), List.of());
  }

  static ResourceBatch gone(XdsType type, String name) {
    return new ResourceBatch(type, List.of(), Set.of(name), Set.of(name), List.of());
  }
}
