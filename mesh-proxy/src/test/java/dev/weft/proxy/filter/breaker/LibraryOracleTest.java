package dev.weft.proxy.filter.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.breaker.Breaker.Admitted;
import dev.weft.proxy.filter.breaker.Breaker.Outcome;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The library's own breaker beside this one, on one clock: the same requests pass, and the states
 * are the same, where both open by the same failures. That is where the first opens them, and where
 * nothing but failures does (the library counts failures in a row).
 */
class LibraryOracleTest {
  private static final int RUNS = 10_000;
  private static final long TIMEOUT = 800;
  private static final long RESET = 30_000;
  private static Vertx vertx;
  private static Context context;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    context = vertx.getOrCreateContext();
  }

  @AfterAll
  static void close() {
    vertx.close();
  }

  @Test
  void doesWhatTheLibraryDoes() throws Exception {
    for (long from = 0; from < RUNS; from += 100) {
      long first = from;
      CompletableFuture<Void> done = new CompletableFuture<>();
      context.runOnContext(nothing -> next(first, first + 100, done));
      done.get(60, TimeUnit.SECONDS);
    }
  }

  private static void next(long seed, long end, CompletableFuture<Void> done) {
    if (seed == end) {
      done.complete(null);
    } else {
      new Run(seed).step(done, () -> next(seed + 1, end, done));
    }
  }

  /** A request under way in both. */
  private record Under(Promise<String> promise, Admitted entry, long late) {}

  /**
   * One course of events; steps follow each other on the context, as the library completes there.
   */
  private static final class Run {
    final long seed;
    final SplittableRandom random;
    final VirtualTimers timers = new VirtualTimers();
    final Breaker ours = new Breaker();
    final Limits limits;
    final boolean mixed;
    final CircuitBreaker theirs;
    final List<Under> under = new ArrayList<>();
    int steps;

    Run(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      // With one failure each opens whatever went well before; with more only failures count alike.
      this.mixed = random.nextBoolean();
      int failures = mixed ? 1 : random.nextInt(2, 6);
      this.limits =
          new Limits(1000, TimeUnit.HOURS.toNanos(1), failures, mixed ? 1 : 100, nanos(RESET));
      this.theirs =
          CircuitBreaker.create(
              "theirs",
              timers.around(vertx),
              new CircuitBreakerOptions()
                  .setMaxFailures(failures)
                  .setTimeout(TIMEOUT)
                  .setFailuresRollingWindow(3_600_000)
                  .setResetTimeout(RESET));
      this.steps = random.nextInt(5, 30);
    }

    static long nanos(long millis) {
      return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    long now() {
      return nanos(timers.now);
    }

    void step(CompletableFuture<Void> done, Runnable after) {
      try {
        assertThat(ours.snapshot(now()).state().name())
            .as("seed %s", seed)
            .isEqualTo(theirs.state().name());
        if (steps-- == 0) {
          after.run();
          return;
        }
        switch (random.nextInt(4)) {
          case 0 -> pass(random.nextLong(2 * RESET));
          case 1 -> end();
          default -> ask();
        }
      } catch (Throwable e) {
        done.completeExceptionally(e);
        return;
      }
      // What was completed is handled before, in as many turns as the library takes.
      context.runOnContext(
          one -> context.runOnContext(two -> context.runOnContext(go -> step(done, after))));
    }

    private void ask() {
      Promise<String> promise = Promise.promise();
      boolean[] passed = new boolean[1];
      Supplier<Future<String>> operation =
          () -> {
            passed[0] = true;
            return promise.future();
          };
      theirs.execute(operation);
      Breaker.Entry entry = ours.ask(limits, now());
      assertThat(entry instanceof Admitted).as("seed %s", seed).isEqualTo(passed[0]);
      if (entry instanceof Admitted admitted) {
        under.add(new Under(promise, admitted, timers.now + TIMEOUT));
      }
    }

    private void end() {
      if (under.isEmpty()) {
        return;
      }
      Under over = under.remove(random.nextInt(under.size()));
      boolean trial = over.entry() instanceof Breaker.Trial;
      boolean succeeds = (mixed || trial) && random.nextBoolean();
      if (succeeds) {
        over.promise().complete("well");
      } else {
        over.promise().fail("badly");
      }
      report(over, succeeds ? Outcome.SUCCESS : Outcome.FAILURE);
    }

    private void report(Under over, Outcome outcome) {
      ours.report(over.entry(), outcome, limits, now());
      ours.leave();
    }

    /** Time passes to the next request that is too late, which is a failure. */
    private void pass(long millis) {
      long late = under.stream().mapToLong(Under::late).min().orElse(Long.MAX_VALUE);
      timers.advance(Math.min(timers.now + millis, late));
      for (Under one : List.copyOf(under)) {
        if (one.late() <= timers.now) {
          under.remove(one);
          report(one, Outcome.FAILURE);
        }
      }
    }
  }

  /** Timers that go off when they are told that it is time. */
  private static final class VirtualTimers {
    private final TreeMap<Long, Map<Long, Handler<Long>>> due = new TreeMap<>();
    private long ids;
    long now = 1;

    /** The same Vert.x with these timers. */
    Vertx around(Vertx real) {
      return (Vertx)
          Proxy.newProxyInstance(
              LibraryOracleTest.class.getClassLoader(),
              new Class<?>[] {Vertx.class},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "setTimer" -> set((Long) arguments[0], handler(arguments[1]));
                    case "cancelTimer" -> cancel((Long) arguments[0]);
                    default -> forward(real, method, arguments);
                  });
    }

    @SuppressWarnings("unchecked")
    private static Handler<Long> handler(Object handler) {
      return (Handler<Long>) handler;
    }

    private static Object forward(Object to, Method method, Object[] arguments) throws Throwable {
      try {
        return method.invoke(to, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    private long set(long delay, Handler<Long> handler) {
      long id = ++ids;
      due.computeIfAbsent(now + delay, time -> new LinkedHashMap<>()).put(id, handler);
      return id;
    }

    private boolean cancel(long id) {
      return due.values().stream().anyMatch(timers -> timers.remove(id) != null);
    }

    void advance(long to) {
      while (!due.isEmpty() && due.firstKey() <= to) {
        Map.Entry<Long, Map<Long, Handler<Long>>> next = due.pollFirstEntry();
        now = next.getKey();
        next.getValue().forEach((id, handler) -> handler.handle(id));
      }
      now = Math.max(now, to);
    }
  }
}
