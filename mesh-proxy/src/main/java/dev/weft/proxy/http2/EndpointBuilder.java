package dev.weft.proxy.http2;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.function.Function;

/** Builds an endpoint with Netty's guards against floods switched on. */
final class EndpointBuilder<T extends Http2Endpoint>
    extends AbstractHttp2ConnectionHandlerBuilder<T, EndpointBuilder<T>> {
  /** Room for what is under way on one stream; more would only hide a slow receiver. */
  static final int STREAM_WINDOW = 256 * 1024;

  private static final int QUEUED_CONTROL_FRAMES = 1000;
  private static final int EMPTY_DATA_FRAMES = 10;
  // Deadlines and cancelled watches make honest clients reset many streams; a rapid reset needs far
  // more than this.
  private static final int RESETS = 1000;
  private static final int RESET_SECONDS = 5;

  /** What the handler's constructor is given. */
  record Parts(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {}

  private final Function<Parts, T> make;
  private final Function<T, Http2FrameListener> listener;

  EndpointBuilder(
      boolean server,
      Http2Settings settings,
      Function<Parts, T> make,
      Function<T, Http2FrameListener> listener) {
    this.make = make;
    this.listener = listener;
    DefaultHttp2Connection connection = new DefaultHttp2Connection(server, 0);
    // Streams share a window evenly; priorities by a client's wish (RFC 7540) are obsolete.
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    Long most = settings.maxConcurrentStreams();
    if (server && most != null) {
      // Holds before the client has acknowledged our settings, too.
      connection.remote().maxActiveStreams(most.intValue());
    }
    connection(connection);
    initialSettings(settings.initialWindowSize(STREAM_WINDOW));
    validateHeaders(true);
    encoderEnforceMaxQueuedControlFrames(QUEUED_CONTROL_FRAMES);
    decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_DATA_FRAMES);
    decoderEnforceMaxRstFramesPerWindow(server ? RESETS : 0, RESET_SECONDS);
    encoderEnforceMaxRstFramesPerWindow(server ? RESETS : 0, RESET_SECONDS);
    headerSensitivityDetector((name, value) -> isSecret(name));
  }

  T create() {
    return build();
  }

  @Override
  protected T build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    T endpoint = make.apply(new Parts(decoder, encoder, settings));
    decoder.frameListener(listener.apply(endpoint));
    return endpoint;
  }

  /** Never indexed by HPACK, so that guesses at them cannot be checked by compression. */
  private static boolean isSecret(CharSequence name) {
    return switch (name.length()) {
      case 13 -> "authorization".contentEquals(name);
      case 19 -> "proxy-authorization".contentEquals(name);
      default -> false;
    };
  }
}
