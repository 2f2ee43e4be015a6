package dev.weft.xds.model;

import dev.weft.xds.model.HeaderMutations.Append;

/** One change of a request's query ({@code envoy.config.core.v3.KeyValueMutation}). */
public sealed interface QueryMutation {
  /** The parameter's name, decoded; not empty. */
  String name();

  /** Takes every parameter of that name away. */
  record Remove(String name) implements QueryMutation {}

  /**
   * Writes a parameter.
   *
   * @param value with command operators; {@code %%} is a percent sign. One that comes out empty is
   *     written, too
   * @param append what happens where there are some of that name
   */
  record Write(String name, String value, Append append) implements QueryMutation {}
}
