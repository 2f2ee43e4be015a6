package dev.weft.demo.load;

import dev.weft.shop.v1.ChatMessage;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Chat streams that stay open for the whole run, each alone in its room: it says something twice a
 * second and must hear it. They show whether anything that happens to the mesh breaks a stream that
 * it should not touch.
 */
public final class LongStreams {
  private static final long EVERY_MILLIS = 500;
  private final int count;
  private final ChatCalls chat;
  private final Disruptions disruptions;
  private final ScheduledExecutorService timer;
  private final List<Stream> streams = new ArrayList<>();
  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong broken = new AtomicLong();
  private final AtomicLong disrupted = new AtomicLong();
  private volatile String lastReason = "";
  private volatile boolean closed;

  LongStreams(ChatCalls chat, Disruptions disruptions, ScheduledExecutorService timer, int count) {
    this.count = count;
    this.chat = chat;
    this.disruptions = disruptions;
    this.timer = timer;
  }

  void start() {
    for (int i = 0; i < count; i++) {
      Stream stream = new Stream("long-" + i, ChatCalls.shard(i));
      streams.add(stream);
      timer.scheduleAtFixedRate(stream::say, i * 50L, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void close() {
    closed = true;
    streams.forEach(Stream::end);
  }

  /** How many streams are kept open. */
  public int count() {
    return count;
  }

  /** Messages that came back right and in order. */
  public long messageCount() {
    return messages.get();
  }

  /** Streams that broke although the instance they talked to lived. */
  public long brokenCount() {
    return broken.get();
  }

  /** Streams that broke because their instance was killed. */
  public long disruptedCount() {
    return disrupted.get();
  }

  /** Why the last stream broke; empty if none did. */
  public String lastReason() {
    return lastReason;
  }

  private final class Stream {
    private final String room;
    private final String shard;
    private @Nullable StreamObserver<ChatMessage> out;
    private int generation;
    private long said;
    private long sequence;

    Stream(String room, String shard) {
      this.room = room;
      this.shard = shard;
    }

    synchronized void say() {
      if (closed) {
        return;
      }
      StreamObserver<ChatMessage> stream = out;
      if (stream == null) {
        if (disruptions.ongoing("chat-" + shard)) {
          return;
        }
        int current = ++generation;
        said = 0;
        sequence = 0;
        stream = chat.stub(shard).join(new Ears(current));
        out = stream;
      }
      stream.onNext(
          ChatMessage.newBuilder()
              .setRoom(room)
              .setUser("long")
              .setText(Long.toString(said++))
              .build());
    }

    synchronized void heard(int from, ChatMessage message) {
      if (from != generation || out == null) {
        return;
      }
      boolean right =
          message.getSequence() == sequence && message.getText().equals(Long.toString(sequence));
      if (!right) {
        fail(from, "heard " + message.getSequence() + " where " + sequence + " was due");
        return;
      }
      sequence++;
      messages.incrementAndGet();
    }

    synchronized void fail(int from, String reason) {
      StreamObserver<ChatMessage> stream = out;
      if (from != generation || stream == null) {
        return;
      }
      out = null;
      if (closed) {
        return;
      }
      if (disruptions.touched("chat-" + shard)) {
        disrupted.incrementAndGet();
      } else {
        lastReason = "chat-" + shard + ": " + reason;
        broken.incrementAndGet();
      }
      stream.onError(Status.CANCELLED.asException());
    }

    synchronized void end() {
      StreamObserver<ChatMessage> stream = out;
      out = null;
      if (stream != null) {
        stream.onCompleted();
      }
    }

    private final class Ears implements StreamObserver<ChatMessage> {
      private final int from;

      Ears(int from) {
        this.from = from;
      }

      @Override
      public void onNext(ChatMessage message) {
        heard(from, message);
      }

      @Override
      public void onError(Throwable cause) {
        Status status = Status.fromThrowable(cause);
        fail(from, status.getCode() + ": " + status.getDescription());
      }

      @Override
      public void onCompleted() {
        fail(from, "the stream ended though nobody ended it");
      }
    }
  }
}
