package dev.weft.control.store;

import dev.weft.control.resource.Violation;
import java.util.List;

/** What came of a change. */
public sealed interface ApplyResult {
  /**
   * It is on disk (or, for a dry run, would be).
   *
   * @param revision the configuration's revision now; where nothing differed, the one before
   */
  record Applied(long revision, List<Change> changes) implements ApplyResult {
    public Applied {
      changes = List.copyOf(changes);
    }
  }

  /** Nothing was changed: the configuration is not at the revision the caller expected. */
  record Conflict(long expected, long actual) implements ApplyResult {}

  /** Nothing was changed: the resulting configuration would be invalid. */
  record Refused(List<Violation> violations) implements ApplyResult {
    public Refused {
      violations = List.copyOf(violations);
    }
  }

  /** Nothing was changed: the revision to go back to is not in the history. */
  record UnknownRevision(long revision, long oldest, long newest) implements ApplyResult {}
}
