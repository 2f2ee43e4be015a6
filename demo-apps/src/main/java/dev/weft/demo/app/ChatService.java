package dev.weft.demo.app;

import dev.weft.shop.v1.ChatGrpc;
import dev.weft.shop.v1.ChatMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bidirectional streaming: everybody in a room gets every message, all in the same order. A room
 * lives in this process as long as somebody is in it.
 */
final class ChatService extends ChatGrpc.ChatImplBase {
  private static final int MAX_ROOMS = 10_000;
  private static final int MAX_BEHIND = 4096;
  private final Map<String, Room> rooms = new HashMap<>();

  @Override
  public StreamObserver<ChatMessage> join(StreamObserver<ChatMessage> response) {
    var member = new Member((ServerCallStreamObserver<ChatMessage>) response);
    ((ServerCallStreamObserver<ChatMessage>) response).setOnCancelHandler(member::leave);
    return member;
  }

  private synchronized @Nullable Room enter(String name, Member member) {
    Room room = rooms.get(name);
    if (room == null) {
      if (rooms.size() >= MAX_ROOMS) {
        return null;
      }
      room = new Room(name);
      rooms.put(name, room);
    }
    room.members.add(member);
    return room;
  }

  private synchronized void leave(Room room, Member member) {
    room.members.remove(member);
    if (room.members.isEmpty()) {
      rooms.remove(room.name);
    }
  }

  private static final class Room {
    private final String name;
    private final Set<Member> members = new LinkedHashSet<>();
    private long sequence;

    Room(String name) {
      this.name = name;
    }
  }

  private final class Member implements StreamObserver<ChatMessage> {
    private final ServerCallStreamObserver<ChatMessage> out;
    private @Nullable Room room;
    private int behind;
    private boolean ended;

    Member(ServerCallStreamObserver<ChatMessage> out) {
      this.out = out;
    }

    @Override
    public void onNext(ChatMessage message) {
      synchronized (ChatService.this) {
        Room joined = room;
        if (joined == null) {
          joined = enter(message.getRoom(), this);
          if (joined == null) {
            out.onError(
                Status.RESOURCE_EXHAUSTED
                    .withDescription(MAX_ROOMS + " rooms are open")
                    .asException());
            return;
          }
          room = joined;
          out.onNext(message.toBuilder().setSequence(joined.sequence).build());
          return;
        }
        ChatMessage numbered = message.toBuilder().setSequence(++joined.sequence).build();
        for (Member member : joined.members) {
          member.send(numbered);
        }
      }
    }

    /** A member that does not read is let go before what waits for it fills the memory. */
    private void send(ChatMessage message) {
      if (ended || out.isCancelled()) {
        return;
      }
      behind = out.isReady() ? 0 : behind + 1;
      if (behind > MAX_BEHIND) {
        ended = true;
        out.onError(
            Status.RESOURCE_EXHAUSTED
                .withDescription(MAX_BEHIND + " messages are waiting; read faster")
                .asException());
      } else {
        out.onNext(message);
      }
    }

    @Override
    public void onError(Throwable cause) {
      leave();
    }

    @Override
    public void onCompleted() {
      leave();
      synchronized (ChatService.this) {
        if (!ended) {
          ended = true;
          out.onCompleted();
        }
      }
    }

    private void leave() {
      Room joined = room;
      if (joined != null) {
        ChatService.this.leave(joined, this);
      }
    }
  }
}
