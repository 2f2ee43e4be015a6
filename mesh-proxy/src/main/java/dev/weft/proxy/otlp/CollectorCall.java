package dev.weft.proxy.otlp;

import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.forward.Attempt;
import dev.weft.proxy.forward.Caller;
import dev.weft.proxy.forward.Forwarder;
import dev.weft.proxy.loop.Deadlines;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.RequestTally;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One export under way. The cluster is that of the Runtime in force, its endpoint, transport and
 * breakers as for requests. Confined to its loop.
 */
final class CollectorCall implements Caller, Deadlines.Listener {
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");

  private final boolean grpc;
  private final Exchange exchange;
  private final Consumer<@Nullable String> done;
  private final long startNanos = System.nanoTime();
  private final Deadlines deadlines;
  private final Forwarder forwarder;
  private @Nullable String problem;
  private boolean granted;
  private boolean over;

  /**
   * @param head whole
   * @param done is told, once, what is wrong; null if the collector has taken it
   */
  CollectorCall(
      Worker worker,
      RuntimeHolder runtimes,
      Forwarding route,
      String cluster,
      Http2Headers head,
      boolean grpc,
      Consumer<@Nullable String> done) {
    this.grpc = grpc;
    this.exchange = new OwnExchange(cluster, head);
    this.done = done;
    this.deadlines = new Deadlines(worker.loop(), this, startNanos);
    this.forwarder =
        new Forwarder(
            worker,
            runtimes,
            runtimes.current(),
            route,
            head,
            List.of(),
            deadlines,
            this,
            grpc,
            null,
            null,
            RequestTally.NONE);
  }

  /**
   * Sends it.
   *
   * @param body taken over
   */
  void send(ByteBuf body) {
    forwarder.start(false);
    forwarder.onData(body, true);
  }

  @Override
  public void onDeadline(Deadlines.Kind kind) {
    forwarder.onDeadline(kind);
  }

  @Override
  public void onInterim(Http2Headers headers) {}

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    CharSequence status = headers.status();
    if (status == null || status.length() != 3 || status.charAt(0) != '2') {
      problem = "the collector answers " + status;
    }
    readStatus(headers);
    if (endStream) {
      end();
    }
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    int bytes = data.readableBytes();
    data.release();
    forwarder.responseGone(bytes);
    if (endStream) {
      end();
    }
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    readStatus(trailers);
    end();
  }

  private void readStatus(Http2Headers from) {
    CharSequence status = grpc ? from.get(GRPC_STATUS) : null;
    if (status != null) {
      granted = AsciiString.contentEquals("0", status);
      if (!granted && problem == null) {
        problem = "the collector answers with gRPC status " + status;
      }
    }
  }

  private void end() {
    if (grpc && !granted && problem == null) {
      problem = "the collector's answer has no gRPC status";
    }
    finish();
  }

  private void finish() {
    if (!over) {
      over = true;
      deadlines.cancel();
      done.accept(problem);
    }
  }

  @Override
  public int onFailure(ProxyError error) {
    problem = error.detail();
    finish();
    return 0;
  }

  // Nothing is asked of somebody who is no client.

  @Override
  public @Nullable CharSequence clientAddress() {
    return null;
  }

  @Override
  public String cookieValue() {
    return "";
  }

  @Override
  public void setCookie(String cookie) {}

  @Override
  public void requestGone(int bytes) {}

  @Override
  public void onTarget(String cluster, HeaderChanges headers) {}

  @Override
  public void onAttempt(Attempt attempt, int number) {}

  @Override
  public void onOverflow(@Nullable InetSocketAddress endpoint) {}

  @Override
  public boolean wantsEnvoyHeaders() {
    return false;
  }

  @Override
  public Exchange exchange() {
    return exchange;
  }

  @Override
  public void flag(ResponseFlag flag) {}

  @Override
  public void trace(Http2Headers headers) {}

  @Override
  public long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }
}
