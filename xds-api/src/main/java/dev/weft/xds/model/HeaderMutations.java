package dev.weft.xds.model;

import java.util.List;

/** Header changes on the way in and out, in this order: removals, then additions. */
public record HeaderMutations(
    List<HeaderValue> requestAdd,
    List<String> requestRemove,
    List<HeaderValue> responseAdd,
    List<String> responseRemove) {
  public static final HeaderMutations NONE =
      new HeaderMutations(List.of(), List.of(), List.of(), List.of());

  public HeaderMutations {
    requestAdd = List.copyOf(requestAdd);
    requestRemove = List.copyOf(requestRemove);
    responseAdd = List.copyOf(responseAdd);
    responseRemove = List.copyOf(responseRemove);
  }

  /** Whether nothing is changed. */
  public boolean isEmpty() {
    return requestAdd.isEmpty()
        && requestRemove.isEmpty()
        && responseAdd.isEmpty()
        && responseRemove.isEmpty();
  }

  /**
   * A header to set.
   *
   * @param value with command operators; {@code %%} is a percent sign
   * @param keepEmpty whether a value that comes out empty is set too; else it changes nothing
   */
  public record HeaderValue(String name, String value, Append append, boolean keepEmpty) {
    /** Which is not set where it is empty. */
    public HeaderValue(String name, String value, Append append) {
      this(name, value, append, false);
    }
  }

  /** What happens to a header that is there already ({@code HeaderAppendAction}). */
  public enum Append {
    APPEND_IF_EXISTS_OR_ADD,
    ADD_IF_ABSENT,
    OVERWRITE_IF_EXISTS_OR_ADD,
    OVERWRITE_IF_EXISTS
  }
}
