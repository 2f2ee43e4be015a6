package dev.weft.proxy.cluster.health;

import dev.weft.proxy.cluster.health.Answers.Rate;
import dev.weft.xds.model.OutlierDetection.FailurePercentage;
import dev.weft.xds.model.OutlierDetection.SuccessRate;
import dev.weft.xds.model.OutlierEvent.BelowOthers;
import dev.weft.xds.model.OutlierEvent.Evidence;
import dev.weft.xds.model.OutlierEvent.TooManyFailures;
import java.util.ArrayList;
import java.util.List;

/** What endpoints' answers of one interval say when they are held beside each other. */
final class Rates {
  private final List<Rated> rated = new ArrayList<>();

  private record Rated(EndpointHealth endpoint, Rate rate) {}

  /** An endpoint that the comparison found, and by what. */
  record Found(EndpointHealth endpoint, Evidence evidence) {}

  void add(EndpointHealth endpoint, Rate rate) {
    rated.add(new Rated(endpoint, rate));
  }

  /** Those whose rate is below the mean by more than the standard deviation times a factor. */
  List<Found> belowOthers(SuccessRate limits) {
    List<Rated> enough = withVolume(limits.requestVolume());
    if (enough.isEmpty() || enough.size() < limits.minimumHosts()) {
      return List.of();
    }
    double sum = 0;
    for (Rated each : enough) {
      sum += each.rate().successes();
    }
    double mean = sum / enough.size();
    double squares = 0;
    for (Rated each : enough) {
      double distance = each.rate().successes() - mean;
      squares += distance * distance;
    }
    double deviation = Math.sqrt(squares / enough.size());
    double least = mean - deviation * (limits.stdevFactor() / 1000.0);
    return enough.stream()
        .filter(each -> each.rate().successes() < least)
        .map(
            each ->
                new Found(each.endpoint(), new BelowOthers(each.rate().successes(), mean, least)))
        .toList();
  }

  /** Those that fail too often. */
  List<Found> failing(FailurePercentage limits) {
    List<Rated> enough = withVolume(limits.requestVolume());
    if (enough.size() < limits.minimumHosts()) {
      return List.of();
    }
    return enough.stream()
        .filter(each -> 100.0 - each.rate().successes() >= limits.threshold())
        .map(each -> new Found(each.endpoint(), new TooManyFailures(each.rate().successes())))
        .toList();
  }

  private List<Rated> withVolume(int requests) {
    return rated.stream().filter(each -> each.rate().volume() >= requests).toList();
  }
}
