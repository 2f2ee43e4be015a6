package dev.weft.proxy.testkit;

import com.google.protobuf.ByteString;
import dev.weft.identity.v1.IssueCertificateRequest;
import dev.weft.identity.v1.IssueCertificateResponse;
import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A control plane over real TLS and gRPC: issues certificates, and serves what it is given. */
public final class CertificateServer implements AutoCloseable {
  private static final ServiceMethod<IssueCertificateRequest, IssueCertificateResponse> ISSUE =
      ServiceMethod.server(
          ServiceName.create("weft.identity.v1", "CertificateService"),
          "IssueCertificate",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(IssueCertificateRequest.getDefaultInstance()));

  private final TestCa ca;
  private final HttpServer server;
  private final AdsService ads = new AdsService();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Duration lifetime = Duration.ofHours(1);
  private volatile boolean refusing;
  private volatile List<X509Certificate> bundle;

  public CertificateServer(Vertx vertx, TestCa ca, TestCa.Issued identity) {
    this.ca = ca;
    this.bundle = List.of(ca.root());
    GrpcServer grpc = GrpcServer.server(vertx);
    grpc.callHandler(ISSUE, this::issue);
    ads.mount(grpc);
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setClientAuth(ClientAuth.REQUEST)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(Pem.ofCertificates(identity.chain())))
                            .addKeyValue(Buffer.buffer(Pem.ofKey(identity.keys().getPrivate()))))
                    .setTrustOptions(
                        new PemTrustOptions()
                            .addCertValue(Buffer.buffer(Pem.ofCertificates(List.of(ca.root()))))))
            .requestHandler(grpc)
            .listen()
            .await();
  }

  public int port() {
    return server.actualPort();
  }

  public AdsService ads() {
    return ads;
  }

  /** {@code token NS/NAME} or {@code certificate URI}, one for each call. */
  public List<String> requests() {
    return requests;
  }

  public void lifetime(Duration newLifetime) {
    lifetime = newLifetime;
  }

  public void refuse(boolean refuse) {
    refusing = refuse;
  }

  public void bundle(List<X509Certificate> roots) {
    bundle = roots;
  }

  /** A token this server takes. */
  public static String token(TestCa ca, String namespace, String service) {
    String json =
        "{\"id\":\"1\",\"secret\":\"s\",\"ns\":\"%s\",\"svc\":\"%s\",\"exp\":%d,\"ca\":\"%s\"}"
            .formatted(
                namespace,
                service,
                Instant.now().plusSeconds(600).getEpochSecond(),
                PeerIdentities.sha256(ca.root()));
    return "weft1."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private void issue(GrpcServerRequest<IssueCertificateRequest, IssueCertificateResponse> call) {
    call.handler(
        request -> {
          requests.add(
              request.getToken().isEmpty()
                  ? "certificate " + peer(call)
                  : "token " + request.getNamespace() + "/" + request.getService());
          if (refusing) {
            call.response()
                .status(GrpcStatus.PERMISSION_DENIED)
                .statusMessage("the join token is over")
                .end();
            return;
          }
          call.response().end(answer(request));
        });
  }

  private static String peer(
      GrpcServerRequest<IssueCertificateRequest, IssueCertificateResponse> call) {
    try {
      return PeerIdentities.of((X509Certificate) call.connection().peerCertificates().getFirst())
          .uris()
          .getFirst();
    } catch (SSLPeerUnverifiedException e) {
      return "none";
    }
  }

  private IssueCertificateResponse answer(IssueCertificateRequest request) {
    try {
      PublicKey key =
          new JcaPKCS10CertificationRequest(request.getCsr().toByteArray()).getPublicKey();
      String id =
          "spiffe://weft.local/ns/" + request.getNamespace() + "/sa/" + request.getService();
      X509Certificate leaf =
          ca.certify(key, TestCa.names(id, List.of()), Instant.now().plus(lifetime));
      IssueCertificateResponse.Builder response =
          IssueCertificateResponse.newBuilder()
              .addCertificateChain(ByteString.copyFrom(leaf.getEncoded()))
              .setSpiffeId(id)
              .setNotBefore(leaf.getNotBefore().toInstant().getEpochSecond())
              .setNotAfter(leaf.getNotAfter().toInstant().getEpochSecond());
      for (X509Certificate root : bundle) {
        response.addTrustBundle(ByteString.copyFrom(root.getEncoded()));
      }
      return response.build();
    } catch (java.io.IOException | java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close().await();
  }
}
