package dev.weft.proxy.format;

import dev.weft.proxy.telemetry.Exchange;
import org.jspecify.annotations.Nullable;

/** What an operator stands for. */
@FunctionalInterface
interface Value {
  /**
   * A number, a boolean, a map or a list of such, or text; null if there is nothing to show.
   * Netty's texts are bytes as they came, a {@code String} is Unicode.
   */
  @Nullable Object of(Exchange exchange);
}
