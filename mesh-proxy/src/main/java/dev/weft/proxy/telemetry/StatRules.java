package dev.weft.proxy.telemetry;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.weft.xds.match.Regexes;
import dev.weft.xds.match.StringMatcher;
import dev.weft.xds.model.StatsSettings;
import dev.weft.xds.model.StatsSettings.Shown;
import dev.weft.xds.model.StatsSettings.Tag;
import dev.weft.xds.model.StringMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which statistics are shown, and which parts of their names are labels in Prometheus' format, as a
 * bootstrap says. They are counted all the same. Asked by those who look at them only.
 */
public final class StatRules {
  /** All are shown, by the names that they have anyway. */
  public static final StatRules NONE = new StatRules(StatsSettings.DEFAULT);

  private static final String OWN = "weft_";

  private final Predicate<CharSequence> shown;

  /** Labels of Envoy's own that stay labels; null for all. */
  private final @Nullable List<String> kept;

  private final List<Part> parts = new ArrayList<>();
  private final List<String> fixed = new ArrayList<>();
  private final boolean everything;

  private record Part(String label, Pattern regex) {}

  /**
   * What a statistic is called in Prometheus' format.
   *
   * @param labels names and values in turn
   */
  public record Labelled(String name, List<String> labels) {}

  private StatRules(StatsSettings settings) {
    shown = shown(settings.shown());
    everything = settings.equals(StatsSettings.DEFAULT);
    List<String> own = new ArrayList<>();
    for (Tag tag : settings.tags()) {
      String label = sanitized(tag.name());
      switch (tag) {
        case Tag.Own one -> own.add(label);
        case Tag.Part(String name, String regex) ->
            parts.add(new Part(label, Regexes.compile(regex)));
        case Tag.Fixed(String name, String value) -> put(fixed, label, value);
      }
    }
    kept = settings.defaultTags() ? null : own;
  }

  /** Compiles what a bootstrap says. */
  public static StatRules compile(StatsSettings settings) {
    return settings.equals(StatsSettings.DEFAULT) ? NONE : new StatRules(settings);
  }

  private static Predicate<CharSequence> shown(Shown shown) {
    return switch (shown) {
      case Shown.All all -> name -> true;
      case Shown.Nothing nothing -> name -> false;
      case Shown.Only(List<StringMatch> names) -> any(names);
      case Shown.AllBut(List<StringMatch> names) -> any(names).negate();
    };
  }

  private static Predicate<CharSequence> any(List<StringMatch> names) {
    List<Predicate<CharSequence>> all = new ArrayList<>();
    names.forEach(name -> all.add(StringMatcher.compile(name)));
    return name -> all.stream().anyMatch(one -> one.test(name));
  }

  /** Whether nothing is said. */
  boolean everything() {
    return everything;
  }

  /**
   * Whether a statistic is shown. Those that only this proxy has always are.
   *
   * @param name as Envoy has it, without labels
   */
  public boolean shows(String name) {
    return name.startsWith(OWN) || shown.test(name);
  }

  /**
   * What a statistic is called.
   *
   * @param plain without labels
   * @param name with all of Envoy's own labels
   * @param labels these, names and values in turn
   */
  Labelled label(String plain, String name, String... labels) {
    boolean[] gone = new boolean[plain.length()];
    List<String> found = new ArrayList<>();
    // Where they are in the name: the rest of it has to be what is left.
    boolean known = remove(plain, gone, labels, null) && name.equals(prometheus(plain, gone));
    if (known && kept != null) {
      gone = new boolean[plain.length()];
      remove(plain, gone, labels, kept);
    }
    for (int i = 0; i < labels.length; i += 2) {
      if (kept == null || kept.contains(labels[i]) || !known) {
        put(found, labels[i], labels[i + 1]);
      }
    }
    for (Part part : parts) {
      Matcher matcher = part.regex().matcher(plain);
      if (matcher.groupCount() > 0 && matcher.find() && matcher.start(1) >= 0) {
        String value = matcher.group(Math.min(2, matcher.groupCount()));
        if (put(found, part.label(), withoutDot(value == null ? "" : value))) {
          Arrays.fill(gone, matcher.start(1), matcher.end(1), true);
        }
      }
    }
    for (int i = 0; i < fixed.size(); i += 2) {
      put(found, fixed.get(i), fixed.get(i + 1));
    }
    return new Labelled(known ? prometheus(plain, gone) : name, found);
  }

  /** A part that ends with a dot says what stands before it. */
  private static String withoutDot(String value) {
    return value.endsWith(".") ? value.substring(0, value.length() - 1) : value;
  }

  /** Adds a label that is not there yet. */
  private static boolean put(List<String> labels, String name, String value) {
    for (int i = 0; i < labels.size(); i += 2) {
      if (labels.get(i).equals(name)) {
        return false;
      }
    }
    labels.add(name);
    labels.add(value);
    return true;
  }

  /**
   * Marks the places of labels in a name.
   *
   * @param only which; null for all
   * @return whether each was found
   */
  private static boolean remove(
      String plain, boolean[] gone, String[] labels, @Nullable List<String> only) {
    boolean all = true;
    for (int i = 0; i < labels.length; i += 2) {
      if (only == null || only.contains(labels[i])) {
        all &=
            switch (labels[i]) {
              case "envoy_response_code" -> mark(plain, gone, "_" + labels[i + 1], "", 0);
              case "envoy_response_code_class" -> mark(plain, gone, labels[i + 1], "xx", 0);
              default -> mark(plain, gone, labels[i + 1] + ".", "", 1);
            };
      }
    }
    return all;
  }

  /**
   * Marks the first occurrence of a part that is not marked yet.
   *
   * @param after what has to follow
   * @param dot 1 if it has to follow a dot, and stand before more; 0 if it has to be at the end
   */
  private static boolean mark(String plain, boolean[] gone, String part, String after, int dot) {
    int from = dot == 0 ? plain.length() - part.length() - after.length() : 1;
    for (int at = plain.indexOf(part + after, from);
        at >= 0;
        at = plain.indexOf(part + after, at + 1)) {
      if ((dot == 0 || plain.charAt(at - 1) == '.') && !gone[at]) {
        Arrays.fill(gone, at, at + part.length(), true);
        return true;
      }
    }
    return false;
  }

  private static String prometheus(String plain, boolean[] gone) {
    StringBuilder name = new StringBuilder(plain.length());
    for (int i = 0; i < plain.length(); i++) {
      if (!gone[i]) {
        name.append(plain.charAt(i));
      }
    }
    return "envoy_" + sanitized(name);
  }

  /** With nothing but what names may have in Prometheus' format. */
  static String sanitized(CharSequence name) {
    StringBuilder sanitized = new StringBuilder(name);
    for (int i = 0; i < sanitized.length(); i++) {
      char c = sanitized.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      if (!letter && (c < '0' || c > '9') && c != '_') {
        sanitized.setCharAt(i, '_');
      }
    }
    return sanitized.toString();
  }
}
