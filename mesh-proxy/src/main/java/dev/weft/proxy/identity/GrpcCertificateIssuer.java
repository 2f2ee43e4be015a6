package dev.weft.proxy.identity;

import com.google.protobuf.ByteString;
import dev.weft.identity.v1.IssueCertificateRequest;
import dev.weft.identity.v1.IssueCertificateResponse;
import dev.weft.proxy.tls.KeyMaterial;
import dev.weft.proxy.tls.PeerVerifier;
import dev.weft.proxy.tls.Pem;
import dev.weft.xds.model.SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks by gRPC ({@code weft.identity.v1.CertificateService}); another server after a failure. */
public final class GrpcCertificateIssuer implements CertificateIssuer {
  private static final int TIMEOUT_SECONDS = 10;
  private static final ServiceMethod<IssueCertificateResponse, IssueCertificateRequest> ISSUE =
      ServiceMethod.client(
          ServiceName.create("weft.identity.v1", "CertificateService"),
          "IssueCertificate",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(IssueCertificateResponse.getDefaultInstance()));

  private final Vertx vertx;
  private final EnrolmentSettings settings;
  private final AtomicInteger server = new AtomicInteger();

  public GrpcCertificateIssuer(Vertx vertx, EnrolmentSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
  }

  @Override
  public WorkloadIdentity enrol(JoinToken token) throws EnrolmentException {
    return issue(ControlPlaneTls.enrolling(token), token.text());
  }

  @Override
  public WorkloadIdentity renew(WorkloadIdentity held) throws EnrolmentException {
    return issue(ControlPlaneTls.mutual(held), "");
  }

  private WorkloadIdentity issue(HttpClientOptions tls, String token) throws EnrolmentException {
    WorkloadKey key = WorkloadKey.generate();
    IssueCertificateRequest request =
        IssueCertificateRequest.newBuilder()
            .setCsr(ByteString.copyFrom(key.certificateRequest()))
            .setToken(token)
            .setNamespace(settings.namespace())
            .setService(settings.service())
            .build();
    int index = Math.floorMod(server.get(), settings.servers().size());
    SocketAddress address = settings.servers().get(index);
    GrpcClient client = GrpcClient.client(vertx, tls);
    try {
      IssueCertificateResponse response =
          client
              .request(
                  io.vertx.core.net.SocketAddress.inetSocketAddress(address.port(), address.host()),
                  ISSUE)
              .compose(call -> call.timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).send(request))
              .compose(GrpcCertificateIssuer::answer)
              .toCompletionStage()
              .toCompletableFuture()
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return identity(key, response);
    } catch (ExecutionException e) {
      server.incrementAndGet();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new EnrolmentException("control plane " + address + ": " + reason(cause), cause);
    } catch (TimeoutException e) {
      server.incrementAndGet();
      throw new EnrolmentException(
          "control plane " + address + ": no answer in " + TIMEOUT_SECONDS + " s", e);
    } catch (IllegalArgumentException | CertificateException e) {
      throw new EnrolmentException(
          "control plane " + address + " sent an unusable certificate: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnrolmentException("the proxy is shutting down", e);
    } finally {
      client.close();
    }
  }

  private static Future<IssueCertificateResponse> answer(
      GrpcClientResponse<IssueCertificateRequest, IssueCertificateResponse> response) {
    return response
        .last()
        .transform(
            result -> {
              GrpcStatus status = response.status();
              if (result.succeeded() && result.result() != null) {
                return Future.succeededFuture(result.result());
              }
              if (status == null || status == GrpcStatus.OK) {
                Throwable cause = result.cause();
                return Future.failedFuture(
                    cause == null ? new IllegalStateException("an empty answer") : cause);
              }
              return Future.failedFuture(
                  new EnrolmentException(
                      status.name()
                          + (response.statusMessage() == null
                              ? ""
                              : ": " + response.statusMessage())));
            });
  }

  /** The innermost message that says something: TLS failures hide theirs below others. */
  private static String reason(Throwable failure) {
    Throwable deepest = failure;
    for (int depth = 0; depth < 10 && deepest.getCause() != null; depth++) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null ? deepest.toString() : message;
  }

  private static WorkloadIdentity identity(WorkloadKey key, IssueCertificateResponse response)
      throws CertificateException {
    List<X509Certificate> chain = certificates(response.getCertificateChainList());
    KeyMaterial material = new KeyMaterial(key.pair().getPrivate(), chain);
    if (!material.leaf().getPublicKey().equals(key.pair().getPublic())) {
      throw new CertificateException("it is for another key");
    }
    WorkloadIdentity identity =
        WorkloadIdentity.of(material, certificates(response.getTrustBundleList()));
    // a certificate that peers with this bundle would refuse must not replace one that works
    new PeerVerifier(identity.trust(), List.of())
        .checkClientTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
    return identity;
  }

  private static List<X509Certificate> certificates(List<ByteString> encoded) {
    return encoded.stream().map(der -> Pem.certificate(der.toByteArray())).toList();
  }
}
