package dev.weft.demo.load;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps its modes busy at a fixed rate through one sidecar and checks each answer. At most {@value
 * #MAX_IN_FLIGHT} calls are under way: what would exceed that is not sent, and counted as held
 * back, so that a machine too slow for the rate is told so instead of drowning in a queue.
 */
public final class LoadGenerator implements AutoCloseable {
  private static final int MAX_IN_FLIGHT = 64;
  private static final long TICK_MILLIS = 5;
  private static final int LONG_STREAMS = 10;
  private final Map<Mode, ModeStats> stats = new EnumMap<>(Mode.class);
  private final List<Mode> wheel = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("load-", 0).daemon(true).factory());
  private final AtomicInteger inFlight = new AtomicInteger();
  private final LongAdder heldBack = new LongAdder();
  private final Disruptions disruptions;
  private final double callsPerTick;
  private final Vertx vertx;
  private final GrpcCalls grpc;
  private final ChatCalls chat;
  private final HttpCalls http;
  private final LongStreams longStreams;
  private double due;
  private int number;
  private volatile boolean stopped;

  /**
   * @param outboundHost where the load's own sidecar listens for outbound calls
   * @param modes which to send, at least one
   * @param rate calls per second, all modes together
   */
  public LoadGenerator(
      String outboundHost, int outboundPort, Set<Mode> modes, int rate, Disruptions disruptions) {
    this.disruptions = disruptions;
    this.callsPerTick = rate * TICK_MILLIS / 1000.0;
    String target = outboundHost + ":" + outboundPort;
    grpc =
        new GrpcCalls(
            channel(target, "catalog.shop:8080"),
            channel(target, "recommendations.shop:8080"),
            channel(target, "cart.shop:8080"));
    chat = new ChatCalls(channel(target, "chat.shop:8080"));
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    http = new HttpCalls(vertx, outboundHost, outboundPort);
    longStreams =
        new LongStreams(chat, disruptions, timer, modes.contains(Mode.BIDI) ? LONG_STREAMS : 0);
    for (Mode mode : modes) {
      stats.put(mode, new ModeStats());
    }
    spread();
  }

  private ManagedChannel channel(String target, String authority) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
            .overrideAuthority(authority)
            .build();
    channels.add(channel);
    return channel;
  }

  /** Spreads the modes by their shares over a wheel, so that any second holds all of them. */
  private void spread() {
    int places = stats.keySet().stream().mapToInt(Mode::share).sum();
    Map<Mode, Integer> debt = new EnumMap<>(Mode.class);
    for (int place = 0; place < places; place++) {
      stats.keySet().forEach(mode -> debt.merge(mode, mode.share(), Integer::sum));
      Mode next = Collections.max(debt.entrySet(), Map.Entry.comparingByValue()).getKey();
      debt.merge(next, -places, Integer::sum);
      wheel.add(next);
    }
  }

  /** Begins. */
  public void start() {
    longStreams.start();
    timer.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Whether one call of every mode comes back right: the shop is up. */
  public boolean probe(long timeoutMillis) throws InterruptedException {
    int calls = stats.size() * 2;
    CountDownLatch all = new CountDownLatch(calls);
    AtomicInteger right = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      for (Mode mode : stats.keySet()) {
        send(
            mode,
            1_000_000_000 + i,
            outcome -> {
              if (outcome instanceof Outcome.Right) {
                right.incrementAndGet();
              }
              all.countDown();
            });
      }
    }
    return all.await(timeoutMillis, TimeUnit.MILLISECONDS) && right.get() == calls;
  }

  private void tick() {
    if (stopped) {
      return;
    }
    for (due += callsPerTick; due >= 1; due--) {
      if (inFlight.get() >= MAX_IN_FLIGHT) {
        heldBack.increment();
        continue;
      }
      Mode mode = wheel.get(number % wheel.size());
      ModeStats of = stats.get(mode);
      if (of != null) {
        launch(mode, of, number);
      }
      number++;
    }
  }

  private void launch(Mode mode, ModeStats of, int index) {
    inFlight.incrementAndGet();
    long began = System.nanoTime();
    boolean shardDown = mode == Mode.BIDI && disruptions.touched("chat-" + ChatCalls.shard(index));
    send(
        mode,
        index,
        outcome -> {
          inFlight.decrementAndGet();
          switch (outcome) {
            case Outcome.Right right -> of.right(System.nanoTime() - began, right.version());
            case Outcome.Wrong wrong -> {
              boolean cut =
                  shardDown
                      || (!wrong.servedBy().isEmpty() && disruptions.touched(wrong.servedBy()));
              if (cut) {
                of.disrupted();
              } else {
                of.wrong(wrong.reason());
              }
            }
          }
        });
  }

  private void send(Mode mode, int index, Outcome.Listener listener) {
    switch (mode) {
      case UNARY -> grpc.unary(index, listener);
      case SERVER_STREAM -> grpc.serverStream(index, listener);
      case CLIENT_STREAM -> grpc.clientStream(index, listener);
      case BIDI -> chat.session(index, listener);
      case HTTP1 -> http.ledger(index, listener);
      case STOREFRONT -> http.storefront(index, listener);
    }
  }

  /** What was seen of a mode so far. */
  public Map<Mode, ModeStats> stats() {
    return stats;
  }

  /** The streams that stay open all the time. */
  public LongStreams longStreams() {
    return longStreams;
  }

  /** Calls under way. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Calls not sent because too many were under way: the rate asked for was not reached. */
  public long heldBackCount() {
    return heldBack.sum();
  }

  /**
   * Sends nothing more and waits for what is under way; what has not ended by then counts as wrong.
   */
  public void stop(long timeoutMillis) throws InterruptedException {
    stopped = true;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (inFlight.get() > 0 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    int left = inFlight.get();
    ModeStats unary = stats.get(Mode.UNARY);
    for (int i = 0; i < left && unary != null; i++) {
      unary.wrong("no answer within " + timeoutMillis + " ms of the end");
    }
    longStreams.close();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    channels.forEach(ManagedChannel::shutdownNow);
    vertx.close();
  }
}
