package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.transport.NativeTransport;
import dev.weft.proxy.wire.Answered;
import dev.weft.proxy.wire.Counts;
import dev.weft.proxy.wire.TestProxy;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS towards an endpoint: ALPN decides, or contradicts, what is spoken. */
class TlsConnectTest {
  private static final TestCa CA = new TestCa("ca");
  private static Vertx vertx;
  private static EventLoop loop;
  private final Counts counts = new Counts();
  private final List<UpstreamPool> pools = new ArrayList<>();

  @BeforeAll
  static void start() {
    vertx =
        NativeTransport.on(Vertx.builder())
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .build();
    loop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
  }

  @AfterAll
  static void stop() {
    TestProxy.close(vertx);
  }

  @AfterEach
  void drain() {
    pools.forEach(pool -> loop.submit(pool::drain).syncUninterruptibly());
  }

  @Test
  void alpnChoosesHttp2WhereBothSpeakIt() throws Exception {
    Answered answered = get(WireProtocol.ALPN, server(true), client(CA, "h2", "http/1.1"));

    await().until(() -> answered.events.contains("end"));
    ConnectionInfo info = answered.stream.connection();
    assertThat(info.http2()).isTrue();
    assertThat(info.tls()).isTrue();
    assertThat(info.serverName()).isEqualTo("backend.test");
    assertThat(info.peer()).isNotNull();
    assertThat(info.peer().dnsNames()).containsExactly("backend.test");
  }

  @Test
  void alpnFallsBackToHttp1() throws Exception {
    Answered answered = get(WireProtocol.ALPN, server(false), client(CA, "h2", "http/1.1"));

    await().until(() -> answered.events.contains("end"));
    assertThat(answered.stream.connection().http2()).isFalse();
  }

  @Test
  void http2OnlyRefusesAnEndpointThatAgreesOnHttp1() throws Exception {
    Answered answered = get(WireProtocol.HTTP2, server(false), client(CA, "http/1.1"));

    await().until(() -> answered.failure != null);
    assertThat(answered.failure.kind()).isEqualTo(ConnectFailure.Kind.PROTOCOL);
    assertThat(answered.failure.detail()).contains("ALPN agreed on http/1.1 instead of HTTP2");
  }

  @Test
  void anUntrustedEndpointIsAFailedConnect() throws Exception {
    Answered answered = get(WireProtocol.HTTP2, server(true), client(new TestCa("other"), "h2"));

    await().until(() -> answered.failure != null);
    assertThat(answered.failure.kind()).isEqualTo(ConnectFailure.Kind.TLS);
    assertThat(counts.closed).hasValue(1);
  }

  @Test
  void aSecretThatIsMissingSaysSo() throws Exception {
    Answered answered = get(WireProtocol.HTTP2, server(true), null);

    assertThat(answered.failure.kind()).isEqualTo(ConnectFailure.Kind.TLS);
    assertThat(answered.failure.detail()).contains("has not arrived yet");
  }

  private Answered get(WireProtocol protocol, int port, @Nullable SslContext context)
      throws Exception {
    UpstreamPool pool =
        new UpstreamPool(
            new FlushScheduler(loop),
            ((VertxInternal) vertx).transport().channelFactory(false),
            Descriptors.unlimited(),
            WindowBudget.ofProcess());
    pools.add(pool);
    UpstreamTarget target =
        new UpstreamTarget(
            "backend",
            new InetSocketAddress("127.0.0.1", port),
            protocol,
            () -> context,
            "backend.test");
    ConnectionSettings settings =
        new ConnectionSettings(Duration.ofSeconds(5), Duration.ZERO, 0, 10, 10, 10);
    Answered answered = new Answered();
    loop.submit(
            () ->
                pool.open(
                    target,
                    settings,
                    counts,
                    new DefaultHttp2Headers()
                        .method("GET")
                        .scheme("https")
                        .authority("backend.test")
                        .path("/"),
                    true,
                    answered,
                    answered))
        .get(10, TimeUnit.SECONDS);
    return answered;
  }

  private static SslContext client(TestCa trusted, String... protocols) throws Exception {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.OPENSSL)
        .trustManager(trusted.root())
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocols))
        .build();
  }

  private int server(boolean http2) throws Exception {
    TestCa.Issued issued = CA.dns("backend.test");
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setAlpnVersions(
                        http2
                            ? List.of(
                                io.vertx.core.http.HttpVersion.HTTP_2,
                                io.vertx.core.http.HttpVersion.HTTP_1_1)
                            : List.of(io.vertx.core.http.HttpVersion.HTTP_1_1))
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .setKeyValue(Buffer.buffer(pem(issued.keys().getPrivate())))
                            .setCertValue(Buffer.buffer(pem(issued.chain())))))
            .requestHandler(request -> request.response().end("ok"))
            .listen(0)
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    return server.actualPort();
  }

  private static String pem(PrivateKey key) {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  private static String pem(List<X509Certificate> chain) throws Exception {
    StringBuilder all = new StringBuilder();
    for (X509Certificate certificate : chain) {
      all.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    return all.toString();
  }

  private static String pem(String kind, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }
}
