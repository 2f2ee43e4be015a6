package dev.weft.proxy.testkit;

import dev.weft.proxy.tls.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.grpc.server.GrpcServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A control plane that only serves ADS, on a real socket. */
public final class AdsServer implements AutoCloseable {
  private final AdsService ads = new AdsService();
  private final List<String> authorities = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  private AdsServer(Vertx vertx, HttpServerOptions options) {
    GrpcServer grpc = GrpcServer.server(vertx);
    ads.mount(grpc);
    server =
        Client.await(
            vertx
                .createHttpServer(options.setHost("127.0.0.1"))
                .requestHandler(
                    request -> {
                      authorities.add(
                          request.authority().host()
                              + " "
                              + request.connection().indicatedServerName());
                      grpc.handle(request);
                    })
                .listen());
  }

  /**
   * In the clear.
   *
   * @param port 0 for any
   */
  public static AdsServer plaintext(Vertx vertx, int port) {
    return new AdsServer(vertx, new HttpServerOptions().setPort(port));
  }

  /** Shows this certificate, and asks every client for one of the authority's. */
  public static AdsServer tls(Vertx vertx, TestCa ca, TestCa.Issued own) {
    return new AdsServer(
        vertx,
        new HttpServerOptions()
            .setPort(0)
            .setSsl(true)
            .setUseAlpn(true)
            .setSni(true)
            .setClientAuth(ClientAuth.REQUIRED)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(Pem.ofCertificates(own.chain())))
                    .addKeyValue(Buffer.buffer(Pem.ofKey(own.keys().getPrivate()))))
            .setTrustOptions(
                new PemTrustOptions()
                    .addCertValue(Buffer.buffer(Pem.ofCertificates(List.of(ca.root()))))));
  }

  public int port() {
    return server.actualPort();
  }

  public AdsService ads() {
    return ads;
  }

  /** Host of the authority and SNI, for each stream. */
  public List<String> authorities() {
    return authorities;
  }

  /** Connections are cut and new ones refused. */
  @Override
  public void close() {
    Client.await(server.close());
  }
}
