package dev.weft.xds.model;

import java.util.List;

/**
 * Which statistics are shown, and which parts of their names are labels ({@code
 * envoy.config.metrics.v3.StatsConfig}).
 *
 * @param tags in their order
 * @param defaultTags whether Envoy's own tags are labels, too
 */
public record StatsSettings(List<Tag> tags, boolean defaultTags, Shown shown) {
  /** All statistics by the names that they have anyway. */
  public static final StatsSettings DEFAULT = new StatsSettings(List.of(), true, new Shown.All());

  public StatsSettings {
    tags = List.copyOf(tags);
  }

  /** A label, by the name that Envoy has for it: {@code envoy.cluster_name}. */
  public sealed interface Tag {
    /** Not empty. */
    String name();

    /** The same for every statistic. */
    record Fixed(String name, String value) implements Tag {}

    /**
     * A part of a statistic's name.
     *
     * @param regex whose first group is what the name loses, and whose second, else the first, the
     *     value; without groups it says nothing
     */
    record Part(String name, String regex) implements Tag {}

    /** One of Envoy's own. */
    record Own(String name) implements Tag {}
  }

  /** Which statistics there are to be seen. */
  public sealed interface Shown {
    /** All. */
    record All() implements Shown {}

    /** None. */
    record Nothing() implements Shown {}

    /** Those whose name fits one of these. */
    record Only(List<StringMatch> names) implements Shown {
      public Only {
        names = List.copyOf(names);
      }
    }

    /** All but those whose name fits one of these. */
    record AllBut(List<StringMatch> names) implements Shown {
      public AllBut {
        names = List.copyOf(names);
      }
    }
  }
}
