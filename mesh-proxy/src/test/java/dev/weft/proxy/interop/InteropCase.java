package dev.weft.proxy.interop;

import io.grpc.testing.integration.AbstractInteropTest;
import java.util.List;

/**
 * A case of gRPC's interoperability tests, as grpc-java has it. Left out are those that need a
 * cloud's credentials (ALTS, OAuth2, compute engine), an HTTP cache (cacheable_unary), several
 * servers or load reports (pick_first_unary, orca_*), and a server that tells whether a message
 * came compressed (the probe of client_compressed_*; grpc-java's does not). The soaks are this
 * project's own.
 *
 * @param large whether the client says more, before it gets an answer, than is kept for another try
 * @see <a
 *     href="https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md">descriptions</a>
 */
record InteropCase(String name, boolean large, Run test) {
  /** What a case does. */
  interface Run {
    void of(AbstractInteropTest cases) throws Exception;
  }

  private static final String PROXYS_WORDS = "deadline exceeded";

  static final List<InteropCase> ALL =
      List.of(
          // As the descriptions name them.
          small("empty_unary", AbstractInteropTest::emptyUnary),
          large("large_unary", AbstractInteropTest::largeUnary),
          large("client_compressed_unary_noprobe", t -> t.clientCompressedUnary(false)),
          large("server_compressed_unary", AbstractInteropTest::serverCompressedUnary),
          large("client_streaming", AbstractInteropTest::clientStreaming),
          large("client_compressed_streaming_noprobe", t -> t.clientCompressedStreaming(false)),
          small("server_streaming", AbstractInteropTest::serverStreaming),
          small("server_compressed_streaming", AbstractInteropTest::serverCompressedStreaming),
          small("ping_pong", AbstractInteropTest::pingPong),
          small("empty_stream", AbstractInteropTest::emptyStream),
          large("custom_metadata", AbstractInteropTest::customMetadata),
          small("status_code_and_message", AbstractInteropTest::statusCodeAndMessage),
          small("special_status_message", AbstractInteropTest::specialStatusMessage),
          small("unimplemented_method", test -> test.unimplementedMethod()),
          small("unimplemented_service", test -> test.unimplementedService()),
          small("cancel_after_begin", AbstractInteropTest::cancelAfterBegin),
          small("cancel_after_first_response", AbstractInteropTest::cancelAfterFirstResponse),
          small("timeout_on_sleeping_server", AbstractInteropTest::timeoutOnSleepingServer),
          // Of grpc-java alone.
          small("full_duplex_call", AbstractInteropTest::fullDuplexCallShouldSucceed),
          small("half_duplex_call", AbstractInteropTest::halfDuplexCallShouldSucceed),
          small("flow_control", AbstractInteropTest::serverStreamingShouldBeFlowControlled),
          large("very_large_request", AbstractInteropTest::veryLargeRequest),
          small("very_large_response", AbstractInteropTest::veryLargeResponse),
          small("metadata_unary", AbstractInteropTest::exchangeMetadataUnaryCall),
          small("metadata_streaming", AbstractInteropTest::exchangeMetadataStreamingCall),
          small("timeout_header", test -> test.sendsTimeoutHeader()),
          small("deadline_not_exceeded", test -> test.deadlineNotExceeded()),
          small("deadline_exceeded", InteropCase::deadlineExceeded),
          small(
              "deadline_exceeded_streaming", AbstractInteropTest::deadlineExceededServerStreaming),
          small("deadline_in_past", AbstractInteropTest::deadlineInPast),
          small("max_inbound_size", test -> test.maxInboundSize_exact()),
          small("max_inbound_size_passed", test -> test.maxInboundSize_tooBig()),
          small("max_outbound_size", test -> test.maxOutboundSize_exact()),
          small("max_outbound_size_passed", test -> test.maxOutboundSize_tooBig()),
          small("graceful_shutdown", AbstractInteropTest::gracefulShutdown),
          small("retriable_stream", AbstractInteropTest::emptyUnaryWithRetriableStream));

  /**
   * The case checks the status, and then that it is described as grpc-java's client or server would
   * describe it; the proxy between them, which counts the same time, may be the first to notice.
   */
  private static void deadlineExceeded(AbstractInteropTest cases) throws Exception {
    try {
      cases.deadlineExceeded();
    } catch (AssertionError described) {
      if (!PROXYS_WORDS.equals(described.getMessage())) {
        throw described;
      }
    }
  }

  private static InteropCase small(String name, Run test) {
    return new InteropCase(name, false, test);
  }

  private static InteropCase large(String name, Run test) {
    return new InteropCase(name, true, test);
  }

  /** Runs it with a server and a client of its own. */
  void run(InteropCases cases) throws Exception {
    cases.setUp();
    try {
      test.of(cases);
    } finally {
      cases.tearDown();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
