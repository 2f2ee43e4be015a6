package dev.weft.xds.codec;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What became of a message: a value, or every problem it has.
 *
 * @param <M> the model
 */
public sealed interface Decoded<M> {
  /** Fields that had no effect, worth a line in the log. */
  List<Problem> warnings();

  /** Everything in it is enforced, but for the warnings. */
  record Valid<M>(M value, List<Problem> warnings) implements Decoded<M> {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /** It cannot be applied; there is at least one problem. */
  record Invalid<M>(List<Problem> problems, List<Problem> warnings) implements Decoded<M> {
    public Invalid {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
    }

    /** All problems in one line, as it goes into a NACK. */
    public String detail() {
      return problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
    }
  }
}
