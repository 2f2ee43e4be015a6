package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.ResponseReceiver;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.handler.codec.http2.Http2Headers;

/** The connections of one event loop to all endpoints. Confined to its loop. */
public final class UpstreamPool {
  /**
   * @param flushes of the loop this pool belongs to
   * @param channels makes client channels that fit the loop
   */
  public UpstreamPool(FlushScheduler flushes, ChannelFactory<? extends Channel> channels) {}

  /**
   * Sends a request's head on a stream of its own, on a connection that is open or is opened for
   * it. The answer may come from within this call.
   *
   * @param headers canonical, without hop-by-hop headers; taken over when the stream opens
   */
  public Waiting open(
      UpstreamTarget target,
      ConnectionSettings settings,
      ConnectionObserver observer,
      Http2Headers headers,
      boolean endStream,
      ResponseReceiver receiver,
      StreamOpening opening) {
    throw new UnsupportedOperationException();
  }

  /** The target is gone: its connections finish what they carry and close. */
  public void retire(UpstreamTarget target) {
    throw new UnsupportedOperationException();
  }

  /** All connections finish what they carry and close; no stream is opened any more. */
  public void drain() {
    throw new UnsupportedOperationException();
  }

  /** Connections that are open, or are being opened. */
  public int connections() {
    throw new UnsupportedOperationException();
  }
}
