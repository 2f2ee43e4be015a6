package dev.weft.proxy.interop;

import io.grpc.ForwardingServerBuilder;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import java.net.InetSocketAddress;
import java.util.function.IntUnaryOperator;

/**
 * grpc-java's own client, server and cases, with something between the two. What the cases say of
 * both ends' counters (messages, bytes before and after compression, status) is checked, too.
 */
final class InteropCases extends AbstractInteropTest {
  private final IntUnaryOperator between;
  private final String authority;
  private Server server;

  /**
   * @param between where the client connects to, given the server's port
   */
  InteropCases(IntUnaryOperator between) {
    this(between, null);
  }

  /**
   * @param authority that the client asks for; null for where it connects to
   */
  InteropCases(IntUnaryOperator between, String authority) {
    this.between = between;
    this.authority = authority;
  }

  @Override
  protected ServerBuilder<?> getServerBuilder() {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
            .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
            .maxInboundMessageSize(MAX_MESSAGE_SIZE);
    InternalNettyServerBuilder.setStatsEnabled(builder, false);
    builder.addStreamTracerFactory(createCustomCensusTracerFactory());
    return new Remembered(builder);
  }

  @Override
  protected ManagedChannelBuilder<?> createChannelBuilder() {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress("127.0.0.1", between.applyAsInt(server.getPort()))
            .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
            .maxInboundMessageSize(MAX_MESSAGE_SIZE)
            .usePlaintext();
    if (authority != null) {
      builder.overrideAuthority(authority);
    }
    InternalNettyChannelBuilder.setStatsEnabled(builder, false);
    return builder.intercept(createCensusStatsClientInterceptor());
  }

  /** The base class keeps the server, and with it the port, to itself. */
  private final class Remembered extends ForwardingServerBuilder<Remembered> {
    private final ServerBuilder<?> builder;

    Remembered(ServerBuilder<?> builder) {
      this.builder = builder;
    }

    @Override
    protected ServerBuilder<?> delegate() {
      return builder;
    }

    @Override
    public Server build() {
      server = super.build();
      return server;
    }
  }
}
