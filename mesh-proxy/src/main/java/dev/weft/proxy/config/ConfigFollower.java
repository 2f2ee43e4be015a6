package dev.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the resources come to into force: assembles, and hands each new complete
 * configuration on. Calls block for a bounded time and are taken one after the other; never on an
 * event loop.
 */
public final class ConfigFollower {
  private static final Logger log = LoggerFactory.getLogger(ConfigFollower.class);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration NORMAL_WAIT = Duration.ofSeconds(5);

  private final Supplier<Resources> resources;
  private final ConfigTarget target;
  private final Consumer<Assembly> onAssembly;
  private final WaitingNotice notice =
      new WaitingNotice(
          CompletableFuture.delayedExecutor(NORMAL_WAIT.toSeconds(), TimeUnit.SECONDS));
  private volatile Assembly assembly = Assembly.NONE;
  private volatile List<String> failures = List.of();
  private volatile long applied;

  /**
   * @param resources as they are at the moment of a refresh
   * @param onAssembly told of each result before it is applied, to ask for what is missing
   */
  public ConfigFollower(
      Supplier<Resources> resources, ConfigTarget target, Consumer<Assembly> onAssembly) {
    this.resources = resources;
    this.target = target;
    this.onAssembly = onAssembly;
  }

  /** Looks at the resources again; returns when what can be served is in force. */
  public synchronized void refresh() {
    Assembly before = assembly;
    Assembly next = ConfigAssembler.assemble(resources.get(), before);
    onAssembly.accept(next);
    notice.waiting(next.warming());
    if (next.config().equals(before.config()) && failures.isEmpty()) {
      assembly = next;
      return;
    }
    try {
      List<String> unbound =
          target
              .apply(next.config())
              .toCompletableFuture()
              .get(LONGEST.toSeconds(), TimeUnit.SECONDS);
      assembly = next;
      applied++;
      if (!unbound.equals(failures)) {
        unbound.forEach(failure -> log.error("{}", failure));
      }
      failures = unbound;
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      log.error("a configuration cannot be used, the one before stays: {}", cause.getMessage(), e);
      failures = List.of("configuration refused: " + cause.getMessage());
    } catch (TimeoutException e) {
      log.error("a configuration was not in force after {} s", LONGEST.toSeconds());
      failures = List.of("a configuration was not in force in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the resources have come to. */
  public Assembly assembly() {
    return assembly;
  }

  /** What could not be bound or applied; empty if all is well. */
  public List<String> failures() {
    return failures;
  }

  /** Configurations brought into force since the start. */
  public long applied() {
    return applied;
  }
}
