package dev.weft.demo.load;

import dev.weft.shop.v1.ChatGrpc;
import dev.weft.shop.v1.ChatMessage;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Chat sessions: several users enter a room, everybody says something, and everybody must have
 * heard everything in the same order. The header {@code room-shard} routes a room to the instance
 * that holds it.
 */
final class ChatCalls {
  static final Metadata.Key<String> SHARD =
      Metadata.Key.of("room-shard", Metadata.ASCII_STRING_MARSHALLER);
  private static final int USERS = 3;
  private static final int LINES = 4;
  private final ChatGrpc.ChatStub chat;

  ChatCalls(Channel channel) {
    this.chat = ChatGrpc.newStub(channel);
  }

  /** The name of the instance group that holds a room. */
  static String shard(int number) {
    return number % 2 == 0 ? "a" : "b";
  }

  ChatGrpc.ChatStub stub(String shard) {
    Metadata headers = new Metadata();
    headers.put(SHARD, shard);
    return chat.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  void session(int number, Outcome.Listener listener) {
    new Session("room-" + number, shard(number), listener).start();
  }

  private final class Session {
    private final String room;
    private final String shard;
    private final Outcome.Listener listener;
    private final List<User> users = new ArrayList<>();
    private int joined;
    private int done;
    private boolean ended;

    Session(String room, String shard, Outcome.Listener listener) {
      this.room = room;
      this.shard = shard;
      this.listener = listener;
    }

    synchronized void start() {
      for (int i = 0; i < USERS; i++) {
        users.add(new User(this, "user-" + i));
      }
      users.forEach(User::join);
    }

    /** Everybody is in the room: now everybody talks. */
    synchronized void userJoined() {
      if (++joined == USERS) {
        for (int line = 0; line < LINES; line++) {
          for (User user : users) {
            user.say("line " + line);
          }
        }
      }
    }

    synchronized void userDone() {
      if (++done == USERS && !ended) {
        ended = true;
        List<String> first = users.getFirst().heard;
        boolean same = users.stream().allMatch(user -> user.heard.equals(first));
        listener.ended(
            same
                ? new Outcome.Right("", "")
                : new Outcome.Wrong("users of a room heard different orders", ""));
      }
    }

    synchronized void failed(String reason) {
      if (!ended) {
        ended = true;
        users.forEach(user -> user.cancel(reason));
        listener.ended(new Outcome.Wrong(reason, "chat-" + shard));
      }
    }
  }

  private final class User implements StreamObserver<ChatMessage> {
    private final Session session;
    private final String name;
    private final List<String> heard = new ArrayList<>();
    private @Nullable StreamObserver<ChatMessage> out;
    private long sequence = -1;

    User(Session session, String name) {
      this.session = session;
      this.name = name;
    }

    void join() {
      out = stub(session.shard).withDeadlineAfter(30, TimeUnit.SECONDS).join(this);
      say("");
    }

    void say(String text) {
      StreamObserver<ChatMessage> stream = out;
      if (stream != null) {
        stream.onNext(
            ChatMessage.newBuilder().setRoom(session.room).setUser(name).setText(text).build());
      }
    }

    void cancel(String reason) {
      StreamObserver<ChatMessage> stream = out;
      if (stream != null) {
        stream.onError(Status.CANCELLED.withDescription(reason).asException());
      }
    }

    @Override
    public void onNext(ChatMessage message) {
      if (sequence < 0) {
        sequence = message.getSequence();
        session.userJoined();
        return;
      }
      if (message.getSequence() != ++sequence) {
        session.failed("message " + message.getSequence() + " where " + sequence + " was due");
        return;
      }
      heard.add(message.getUser() + ": " + message.getText());
      StreamObserver<ChatMessage> stream = out;
      if (heard.size() == USERS * LINES && stream != null) {
        stream.onCompleted();
      }
    }

    @Override
    public void onError(Throwable cause) {
      Status status = Status.fromThrowable(cause);
      session.failed(status.getCode() + ": " + status.getDescription());
    }

    @Override
    public void onCompleted() {
      if (heard.size() == USERS * LINES) {
        session.userDone();
      } else {
        session.failed("stream ended after " + heard.size() + " of " + USERS * LINES + " messages");
      }
    }
  }
}
