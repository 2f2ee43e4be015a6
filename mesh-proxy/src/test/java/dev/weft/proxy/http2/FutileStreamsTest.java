package dev.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Exception.StreamException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** How much of what comes to nothing a client may have within five seconds. */
class FutileStreamsTest {
  private final FutileStreams futile = new FutileStreams();

  private static void repeat(int times, ThrowingCallable step) throws Throwable {
    for (int i = 0; i < times; i++) {
      step.call();
    }
  }

  private static StreamException error(Http2Error code) {
    return (StreamException) Http2Exception.streamError(3, code, "seen in a test");
  }

  private static void endsConnection(ThrowingCallable step) {
    assertThatExceptionOfType(Http2Exception.class)
        .isThrownBy(step)
        .satisfies(e -> assertThat(e.error()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM))
        .isNotInstanceOf(StreamException.class);
  }

  @Test
  void aDozenStreamsMayBreakRules() throws Throwable {
    ThrowingCallable breach = () -> futile.onError(error(Http2Error.PROTOCOL_ERROR));
    repeat(12, breach);
    endsConnection(breach);
  }

  @Test
  void aGatewayMayPassOnOneForEachRequestThatIsRight() throws Throwable {
    ThrowingCallable breach = () -> futile.onError(error(Http2Error.PROTOCOL_ERROR));
    repeat(
        500,
        () -> {
          futile.onWhole();
          breach.call();
        });
    repeat(11, breach);
    endsConnection(breach);
  }

  @Test
  void aHundredMayBeResetBeforeAnybodySawThem() throws Throwable {
    repeat(100, futile::onReset);
    endsConnection(futile::onReset);
  }

  @Test
  void aThousandMayBeRefusedForTheLimitOfStreams() throws Throwable {
    ThrowingCallable refused = () -> futile.onError(error(Http2Error.REFUSED_STREAM));
    repeat(1000, refused);
    endsConnection(refused);
  }

  @Test
  void aThousandFramesMayComeLate() throws Throwable {
    repeat(1000, futile::onLateFrame);
    endsConnection(futile::onLateFrame);
  }
}
