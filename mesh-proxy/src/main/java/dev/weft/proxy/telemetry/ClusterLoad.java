package dev.weft.proxy.telemetry;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What went to a cluster since the process began.
 *
 * @param succeeded answers other than 5xx
 * @param failed answers 5xx, and requests that got none
 * @param inProgress tries now
 * @param issued tries
 * @param answersByMillis answers that took at most so many milliseconds and more than the bound
 *     before, by the bound; the last is infinite
 */
public record ClusterLoad(
    long succeeded,
    long failed,
    long inProgress,
    long issued,
    SortedMap<Double, Long> answersByMillis) {
  public ClusterLoad {
    answersByMillis = Collections.unmodifiableSortedMap(new TreeMap<>(answersByMillis));
  }
}
