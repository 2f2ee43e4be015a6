package dev.weft.proxy.telemetry;

import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A number that cells of a kind have, and how it is read.
 *
 * @param <C> the cells
 */
sealed interface Metric<C> {
  /** Without prefix, as Envoy names it; Prometheus has underscores for its dots. */
  String name();

  /** Only grows. */
  record Count<C>(String name, ToLongFunction<C> value) implements Metric<C> {}

  /** Goes up and down. */
  record Level<C>(String name, ToLongFunction<C> value) implements Metric<C> {}

  /** Goes up and down where anybody wants to know; below 0 where nobody does. */
  record Wanted<C>(String name, ToLongFunction<C> value) implements Metric<C> {}

  /** Milliseconds in buckets. */
  record Times<C>(String name, Function<C, Histogram> value) implements Metric<C> {}

  /** Numbers in buckets; null as long as there are none. */
  record Sizes<C>(String name, Function<C, @Nullable Histogram> value) implements Metric<C> {}

  /** Answers by status, as classes and as single codes. */
  record Statuses<C>(String name, Function<C, StatusCounts> value) implements Metric<C> {}
}
