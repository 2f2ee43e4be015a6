package dev.weft.control.store;

import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;
import java.util.List;

/** Resources to create or replace and resources to delete, as one change. */
public record ChangeSet(List<ResourceDocument> puts, List<ResourceId> deletes) {
  public ChangeSet {
    puts = List.copyOf(puts);
    deletes = List.copyOf(deletes);
  }

  /** Creates or replaces these. */
  public static ChangeSet put(List<ResourceDocument> documents) {
    return new ChangeSet(documents, List.of());
  }

  /** Deletes these. */
  public static ChangeSet delete(ResourceId... ids) {
    return new ChangeSet(List.of(), List.of(ids));
  }
}
