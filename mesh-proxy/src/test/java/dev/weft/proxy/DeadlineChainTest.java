package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.ChainedApplication.Spending;
import dev.weft.proxy.ChainedApplication.Visit;
import dev.weft.proxy.forward.GrpcTimeout;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.Statistics;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A deadline of 800 ms on its way through three applications, each behind a sidecar, with mutual
 * TLS between these. The first takes 200 ms, the second 300, so that 600 and 300 are left at the
 * most; the third does not answer. Neither the caller nor the applications have clocks that end a
 * call: what ends it are the sidecars.
 */
class DeadlineChainTest {
  private static final List<Duration> TIMES =
      List.of(Duration.ofMillis(200), Duration.ofMillis(300), Duration.ZERO);

  private static final String DEADLINE = "800m";

  /** For calls that shall not run out of time. */
  private static final String LONG = "60S";

  /** What a deadline may lose by being written down, each time in microseconds. */
  private static final long ROUNDING_NANOS = TimeUnit.MICROSECONDS.toNanos(10);

  /** What a mesh's callers have: their deadline counts, and who was not there is asked again. */
  private static final String ROUTES =
      """
      - match: {prefix: /}
        route:
          cluster: %s
          timeout: 0s
          max_stream_duration: {grpc_timeout_header_max: 0s}
          retry_policy: {retry_on: unavailable, num_retries: 1, retry_back_off: {base_interval: 0.001s, max_interval: 0.002s}}
      """;

  private static final int CANCEL = 8;
  private static final String CANCELLED = "reset 8";

  /** What came of the call onward, where its sidecar's clock was before the caller's. */
  private static final String OUT_OF_TIME = "answered 4";

  private static final Vertx OUTSIDE = Vertx.vertx();

  /** What the caller was told: a stream, and the status in its head, its end or its reset. */
  private static final Queue<String> TOLD = new ConcurrentLinkedQueue<>();

  private static final List<ChainedApplication> APPLICATIONS = new ArrayList<>();

  @TempDir static Path folder;
  private static Sidecars sidecars;
  private static RawHttp2 caller;
  private static int calls;

  /** A call of the caller's, by its number. */
  private record Call(int number, long begun) {
    static Call start(String path, String timeout) {
      Call call = new Call(++calls, System.nanoTime());
      Http2Headers head =
          new DefaultHttp2Headers(false)
              .method("POST")
              .scheme("http")
              .authority("tier1.test")
              .path(path);
      head.add("content-type", "application/grpc")
          .add("grpc-timeout", timeout)
          .add(ChainedApplication.CALL, call.name());
      caller.request(call.stream(), head, true);
      return call;
    }

    String name() {
      return Integer.toString(number);
    }

    int stream() {
      return 1 + 2 * number;
    }

    /** All that the caller was told of it. */
    List<String> told() {
      String prefix = stream() + " ";
      return TOLD.stream()
          .filter(told -> told.startsWith(prefix))
          .map(told -> told.substring(prefix.length()))
          .toList();
    }

    boolean over() {
      return told().stream().anyMatch(told -> told.equals("end") || told.startsWith("reset"));
    }

    /** Every try of it, from the first application to the last. */
    List<Visit> visits() {
      return APPLICATIONS.stream().flatMap(app -> app.visits(name()).stream()).toList();
    }

    boolean reachedTheLast() {
      return !APPLICATIONS.getLast().visits(name()).isEmpty();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    sidecars = new Sidecars(folder, true);
    int next = 0;
    for (int tier = TIMES.size(); tier >= 1; tier--) {
      ChainedApplication application = new ChainedApplication(OUTSIDE, TIMES.get(tier - 1));
      Sidecars.Sidecar sidecar = sidecars.of("tier" + tier).in(application.port());
      if (next != 0) {
        String callee = "tier" + (tier + 1);
        sidecar.out("", ROUTES.formatted(callee)).to(callee, next);
      }
      Proxy started = sidecar.start();
      if (next != 0) {
        application.callOnTo(started.ports().get("out"));
      }
      next = started.ports().get("in");
      APPLICATIONS.addFirst(application);
    }
    Proxy first =
        sidecars.of("caller").out("", ROUTES.formatted("tier1")).to("tier1", next).start();
    caller = RawHttp2.client(OUTSIDE, first.ports().get("out"), (SslContext) null, new Listening());
    await("SETTINGS").until(() -> caller.frames.contains("settings"));
  }

  private static final class Listening extends Http2FrameAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int stream, Http2Headers head, int padding, boolean end) {
      TOLD.add(stream + " status " + head.get("grpc-status"));
      end(stream, end);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean end) {
      end(stream, end);
      return 0;
    }

    private static void end(int stream, boolean end) {
      if (end) {
        TOLD.add(stream + " end");
      }
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int stream, long code) {
      TOLD.add(stream + " reset " + code);
    }
  }

  @AfterAll
  static void stop() {
    caller.close();
    sidecars.close();
    Client.await(OUTSIDE.close());
  }

  private static void spend(Spending how) {
    APPLICATIONS.forEach(application -> application.spend(how));
  }

  /** A call that is over, and what became of it. */
  private static Call ended(String path, String timeout) {
    Call call = Call.start(path, timeout);
    await("the end of a call").until(call::over);
    assertLessFromHopToHop(call, GrpcTimeout.parse(timeout));
    return call;
  }

  /**
   * Nobody is told of more than the one before had when it was done with the call, nor of less than
   * is left by then of what the caller said.
   */
  private static void assertLessFromHopToHop(Call call, long deadline) {
    long most = deadline;
    for (Visit visit : call.visits()) {
      long elapsed = visit.arrived - call.begun();
      assertThat(visit.told)
          .isLessThanOrEqualTo(most)
          .isGreaterThanOrEqualTo(deadline - elapsed - ROUNDING_NANOS);
      most = Math.max(0, visit.told - visit.spent);
    }
  }

  /** How each try of it ended; null for one that is under way. */
  private static List<String> ends(Call call) {
    return call.visits().stream().map(visit -> visit.end).toList();
  }

  private static void awaitNothingUnderWay() {
    await("nothing under way")
        .untilAsserted(
            () -> {
              for (Proxy sidecar : sidecars.all()) {
                assertThat(new Statistics(sidecar.ports().get("admin")).unsettled().keySet())
                    .noneMatch(name -> name.contains("_rq_"));
              }
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"WORKS", "FAILS_FIRST"})
  void whatIsLeftGetsLessAndItsEndReachesTheLast(Spending spending) {
    spend(spending);
    // Connections to all of them are there from now on.
    Call answered = ended(ChainedApplication.ANSWERED, LONG);
    assertThat(answered.told()).containsExactly("status 0", "end");

    // Where a machine is busy time may be over before a call has come so far.
    List<Call> late = new ArrayList<>();
    await("a call that comes to the last one in time")
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              late.add(ended("/chain.App/Unanswered", DEADLINE));
              return late.getLast().reachedTheLast();
            });

    await("the ends of all")
        .until(() -> late.stream().allMatch(call -> !ends(call).contains(null)));
    awaitNothingUnderWay();
    for (Call call : late) {
      assertThat(call.told()).containsExactly("status 4", "end");
      assertLessFromHopToHop(call, GrpcTimeout.parse(DEADLINE));
    }
    Call call = late.getLast();
    int tries = spending == Spending.WORKS ? 1 : 2;
    assertThat(tries(call)).isEqualTo(List.of(tries, tries, 1));
    assertThat(last(call, 2).told).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(600));
    assertThat(last(call, 3).told).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    assertThat(last(call, 1).end).isIn(CANCELLED, OUT_OF_TIME);
    assertThat(last(call, 2).end).isIn(CANCELLED, OUT_OF_TIME);
    assertThat(last(call, 3).end).isEqualTo(CANCELLED);
  }

  @Test
  void aCallerThatHangsUpCancelsTheWholeChain() {
    spend(Spending.WORKS);
    Call call = Call.start("/chain.App/Unanswered", LONG);
    await("the last one").until(call::reachedTheLast);
    assertThat(ends(call)).containsOnlyNulls();

    caller.write((w, c) -> w.writeRstStream(c, call.stream(), CANCEL, c.newPromise()));

    await("the ends of all").until(() -> ends(call).stream().allMatch(CANCELLED::equals));
    awaitNothingUnderWay();
    assertThat(tries(call)).isEqualTo(List.of(1, 1, 1));
    assertThat(call.told()).isEmpty();
  }

  private static List<Integer> tries(Call call) {
    return APPLICATIONS.stream()
        .map(application -> application.visits(call.name()).size())
        .toList();
  }

  private static Visit last(Call call, int tier) {
    return APPLICATIONS.get(tier - 1).visits(call.name()).getLast();
  }
}
