package dev.weft.proxy.telemetry;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which statistics somebody asks for, of those that are shown.
 *
 * @param filter what their names have in them; null for anything
 * @param usedOnly whether those are left out that are 0
 */
public record StatChoice(StatRules rules, @Nullable Pattern filter, boolean usedOnly) {
  /** All, by the names that they have anyway. */
  public static final StatChoice ALL = new StatChoice(StatRules.NONE, null, false);

  private static final String COUNT = ".count";
  private static final String SUM = ".sum";

  /** Whether nothing is left out, and names stay. */
  boolean everything() {
    return rules.everything() && filter == null && !usedOnly;
  }

  /**
   * Whether a statistic is among them.
   *
   * @param name as Envoy has it, without labels
   * @param used whether it is not 0
   */
  boolean has(String name, boolean used) {
    return (used || !usedOnly)
        && rules.shows(name)
        && (filter == null || filter.matcher(name).find());
  }

  /** The lines, {@code NAME: VALUE}, of those that are among them. */
  public String lines(CharSequence all) {
    if (everything()) {
      return all.toString();
    }
    StringBuilder some = new StringBuilder();
    String histogram = "";
    boolean recorded = false;
    for (String line : all.toString().lines().toList()) {
      int end = line.lastIndexOf(": ");
      String name = line.substring(0, end);
      boolean used = !line.endsWith(": 0");
      if (name.endsWith(COUNT)) {
        name = name.substring(0, name.length() - COUNT.length());
        histogram = name;
        recorded = used;
      } else if (name.startsWith(SUM, histogram.length()) && name.startsWith(histogram)) {
        name = histogram;
        used = recorded;
      }
      if (has(name, used)) {
        some.append(line).append('\n');
      }
    }
    return some.toString();
  }
}
