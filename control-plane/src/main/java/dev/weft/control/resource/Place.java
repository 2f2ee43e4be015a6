package dev.weft.control.resource;

import java.util.Comparator;
import java.util.Map;

/**
 * Where something runs; parts are empty where they are not known.
 *
 * @param zone within the region; empty for the region as a whole
 */
public record Place(String region, String zone) implements Comparable<Place> {
  /** The labels of a workload that say where it runs, as those of Kubernetes' nodes do. */
  public static final String REGION_LABEL = "topology.kubernetes.io/region";

  /** The same, within the region. */
  public static final String ZONE_LABEL = "topology.kubernetes.io/zone";

  /** Not known. */
  public static final Place NOWHERE = new Place("", "");

  private static final Comparator<Place> ORDER =
      Comparator.comparing(Place::region).thenComparing(Place::zone);

  /** What labels say. */
  public static Place of(Map<String, String> labels) {
    String region = labels.getOrDefault(REGION_LABEL, "");
    String zone = labels.getOrDefault(ZONE_LABEL, "");
    return region.isEmpty() && zone.isEmpty() ? NOWHERE : new Place(region, zone);
  }

  /** Reads {@code REGION} or {@code REGION/ZONE}. */
  static Place parse(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? new Place(text, "")
        : new Place(text.substring(0, slash), text.substring(slash + 1));
  }

  /** Whether the other place is this one, or in it. */
  public boolean has(Place other) {
    return region.equals(other.region) && (zone.isEmpty() || zone.equals(other.zone));
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return zone.isEmpty() ? region : region + "/" + zone;
  }
}
