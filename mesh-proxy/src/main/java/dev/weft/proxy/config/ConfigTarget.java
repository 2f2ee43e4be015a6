package dev.weft.proxy.config;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Puts configurations in force. */
@FunctionalInterface
public interface ConfigTarget {
  /**
   * Done when requests see it; with the failures of listeners that could not be bound. Fails, and
   * nothing has changed, if it cannot be used.
   */
  CompletionStage<List<String>> apply(ProxyConfig config);
}
