package dev.weft.proxy.forward;

import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.MirrorPlan;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;

/** The copies of one request. Confined to its loop. */
final class MirroredRequests {
  /** For requests that are not copied. */
  static final MirroredRequests NONE = new MirroredRequests(List.of());

  private final List<MirroredRequest> copies;

  private MirroredRequests(List<MirroredRequest> copies) {
    this.copies = copies;
  }

  /**
   * Starts the copies of a request.
   *
   * @param head as it goes to the endpoint; it is copied
   * @param original who asked for the request
   * @param endStream whether that is all of the request
   */
  static MirroredRequests start(
      List<MirrorPlan> mirrors,
      Worker worker,
      RuntimeHolder runtimes,
      Runtime pinned,
      Http2Headers head,
      Caller original,
      boolean http2Client,
      boolean endStream) {
    List<MirroredRequest> copies = new ArrayList<>(mirrors.size());
    for (int i = 0; i < mirrors.size(); i++) {
      MirrorPlan mirror = mirrors.get(i);
      if (mirror.copies(worker.random().nextLong())) {
        Http2Headers copy = new DefaultHttp2Headers(false, head.size() + 2);
        copy.add(head);
        mirror.mark(copy);
        copies.add(
            new MirroredRequest(
                worker,
                runtimes,
                pinned,
                mirror.forwarding(),
                copy,
                original,
                original.exchange().span().copied(mirror.traced()),
                http2Client));
      }
    }
    for (MirroredRequest copy : copies) {
      copy.start(endStream);
    }
    return copies.isEmpty() ? NONE : new MirroredRequests(copies);
  }

  /** A part of the body, which stays the caller's. */
  void onBody(ByteBuf data, boolean endStream) {
    for (int i = 0; i < copies.size(); i++) {
      copies.get(i).onBody(data, endStream);
    }
  }

  /** The trailers of the request. */
  void onRequestTrailers(Http2Headers trailers) {
    for (int i = 0; i < copies.size(); i++) {
      copies.get(i).onRequestTrailers(new DefaultHttp2Headers(false).add(trailers));
    }
  }

  /** No more of the request will come. */
  void leave() {
    for (int i = 0; i < copies.size(); i++) {
      copies.get(i).leave();
    }
  }
}
