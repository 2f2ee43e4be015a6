package dev.weft.control.identity;

import com.google.protobuf.ByteString;
import dev.weft.control.identity.RefusedException.Kind;
import dev.weft.control.store.AuditLog;
import dev.weft.control.store.DatabaseException;
import dev.weft.identity.v1.IssueCertificateRequest;
import dev.weft.identity.v1.IssueCertificateResponse;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServerRequest;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code weft.identity.v1.CertificateService}: enrolment by join token, renewal by the certificate
 * the caller holds.
 *
 * <p>Refusals: INVALID_ARGUMENT for a bad request, UNAUTHENTICATED without a good token or
 * certificate, PERMISSION_DENIED for an identity that is not the caller's, RESOURCE_EXHAUSTED when
 * too many wait, UNAVAILABLE when the database is.
 */
public final class CertificateService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateService.class);

  private static final ServiceMethod<IssueCertificateRequest, IssueCertificateResponse> ISSUE =
      ServiceMethod.server(
          ServiceName.create("weft.identity.v1", "CertificateService"),
          "IssueCertificate",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(IssueCertificateRequest.getDefaultInstance()));

  private static final int SIGNERS = 2;
  private static final int MAX_WAITING = 256;

  private final CertificateAuthority authority;
  private final JoinTokens tokens;
  private final AuditLog audit;
  private final InstantSource clock;
  private final Semaphore permits = new Semaphore(MAX_WAITING);
  private final ThreadPoolExecutor signers;

  CertificateService(
      CertificateAuthority authority, JoinTokens tokens, AuditLog audit, InstantSource clock) {
    this.authority = authority;
    this.tokens = tokens;
    this.audit = audit;
    this.clock = clock;
    this.signers =
        new ThreadPoolExecutor(
            SIGNERS,
            SIGNERS,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().name("weft-ca-", 0).daemon().factory());
    signers.allowCoreThreadTimeOut(true);
  }

  /** The method to mount, beside ADS, with {@link #handle} as its handler. */
  public ServiceMethod<IssueCertificateRequest, IssueCertificateResponse> method() {
    return ISSUE;
  }

  /**
   * Serves one call. The listener must ask for client certificates without requiring them; runs on
   * the call's event loop, works elsewhere.
   */
  public void handle(GrpcServerRequest<IssueCertificateRequest, IssueCertificateResponse> call) {
    Context context = Vertx.currentContext();
    call.handler(
        request ->
            issue(request, call.connection())
                .whenComplete(
                    (response, failure) ->
                        context.runOnContext(
                            done -> {
                              if (failure == null) {
                                call.response().end(response);
                              } else {
                                refuse(call, failure);
                              }
                            })));
  }

  private static void refuse(
      GrpcServerRequest<IssueCertificateRequest, IssueCertificateResponse> call,
      Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    GrpcStatus status =
        switch (cause) {
          case RefusedException refused -> status(refused.kind());
          case DatabaseException unavailable -> GrpcStatus.UNAVAILABLE;
          case RejectedExecutionException stopping -> GrpcStatus.UNAVAILABLE;
          case null, default -> GrpcStatus.INTERNAL;
        };
    String message =
        switch (cause) {
          case RefusedException refused -> String.valueOf(refused.getMessage());
          case DatabaseException unavailable ->
              "the control plane's database is not available: try again";
          case RejectedExecutionException stopping ->
              "this control-plane node is stopping: try another one";
          case null, default -> "the control plane could not issue a certificate: see its log";
        };
    if (cause instanceof RejectedExecutionException) {
      LOG.debug("a certificate was asked for while the node stops");
    } else if (status == GrpcStatus.INTERNAL || status == GrpcStatus.UNAVAILABLE) {
      LOG.error("a certificate could not be issued", cause);
    } else {
      LOG.atWarn()
          .addKeyValue("peer", call.connection().remoteAddress())
          .addKeyValue("reason", message)
          .log("certificate refused");
    }
    call.response().status(status).statusMessage(message).end();
  }

  private static GrpcStatus status(Kind kind) {
    return switch (kind) {
      case BAD_REQUEST -> GrpcStatus.INVALID_ARGUMENT;
      case UNAUTHENTICATED -> GrpcStatus.UNAUTHENTICATED;
      case FORBIDDEN -> GrpcStatus.PERMISSION_DENIED;
      case BUSY -> GrpcStatus.RESOURCE_EXHAUSTED;
    };
  }

  private CompletionStage<IssueCertificateResponse> issue(
      IssueCertificateRequest request, HttpConnection connection) {
    if (!permits.tryAcquire()) {
      return CompletableFuture.failedStage(
          new RefusedException(
              Kind.BUSY, "more than " + MAX_WAITING + " certificates are being issued: try again"));
    }
    CompletionStage<IssueCertificateResponse> result;
    try {
      WorkloadId wanted = wanted(request);
      result =
          authenticate(request, wanted, connection)
              .thenApplyAsync(caller -> sign(request, wanted, caller), signers)
              .thenCompose(issued -> note(issued, connection));
    } catch (RefusedException e) {
      result = CompletableFuture.failedStage(e);
    }
    return result.whenComplete((response, failure) -> permits.release());
  }

  private static WorkloadId wanted(IssueCertificateRequest request) throws RefusedException {
    try {
      return new WorkloadId(request.getNamespace(), request.getService());
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Kind.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  /** Completes with how the caller has proved that it is {@code wanted}. */
  private CompletionStage<String> authenticate(
      IssueCertificateRequest request, WorkloadId wanted, HttpConnection connection)
      throws RefusedException {
    if (!connection.isSsl()) {
      throw new RefusedException(Kind.UNAUTHENTICATED, "certificates are only issued over TLS");
    }
    if (request.getToken().isEmpty()) {
      X509Certificate held =
          clientCertificate(connection)
              .orElseThrow(
                  () ->
                      new RefusedException(
                          Kind.UNAUTHENTICATED,
                          "neither a join token nor a client certificate was given: enrol with a token"
                              + " from 'weft token create'"));
      requireOwn(wanted, workloadOf(held), "the certificate you hold");
      return CompletableFuture.completedStage("renewal of " + held.getSerialNumber().toString(16));
    }
    JoinToken token = JoinToken.decode(request.getToken());
    return tokens
        .verify(token)
        .thenApply(
            row -> {
              try {
                requireOwn(wanted, row.workload(), "join token " + row.id());
              } catch (RefusedException e) {
                throw new CompletionException(e);
              }
              return "join token " + row.id();
            });
  }

  private WorkloadId workloadOf(X509Certificate held) throws RefusedException {
    // The handshake may be hours old; the certificate must be good now.
    if (held.getNotAfter().toInstant().isBefore(clock.instant())) {
      throw new RefusedException(
          Kind.UNAUTHENTICATED,
          "your certificate expired at "
              + held.getNotAfter().toInstant()
              + ": enrol again with a join token");
    }
    return WorkloadId.ofCertificate(held, authority.trustDomain())
        .filter(id -> !id.namespace().equals(WorkloadId.SYSTEM_NAMESPACE))
        .orElseThrow(
            () ->
                new RefusedException(
                    Kind.FORBIDDEN,
                    "your certificate is not that of a workload of " + authority.trustDomain()));
  }

  private static void requireOwn(WorkloadId wanted, WorkloadId proved, String by)
      throws RefusedException {
    if (!wanted.equals(proved)) {
      throw new RefusedException(Kind.FORBIDDEN, by + " is for " + proved + ", not for " + wanted);
    }
  }

  private static Optional<X509Certificate> clientCertificate(HttpConnection connection) {
    try {
      List<Certificate> chain = connection.peerCertificates();
      return chain != null && !chain.isEmpty() && chain.getFirst() instanceof X509Certificate leaf
          ? Optional.of(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }

  private record Issue(IssuedCertificate certificate, String basis) {}

  private Issue sign(IssueCertificateRequest request, WorkloadId id, String basis) {
    try {
      return new Issue(authority.issue(id, request.getCsr().toByteArray()), basis);
    } catch (RefusedException e) {
      throw new CompletionException(e);
    }
  }

  /** Nothing is handed out that the audit log does not know of. */
  private CompletionStage<IssueCertificateResponse> note(Issue issue, HttpConnection connection) {
    IssuedCertificate certificate = issue.certificate();
    return audit
        .append(
            certificate.spiffeId(),
            "certificate.issue",
            certificate.spiffeId(),
            "serial "
                + certificate.serial()
                + ", until "
                + certificate.notAfter()
                + ", by "
                + issue.basis()
                + ", from "
                + connection.remoteAddress().hostAddress())
        .thenApply(noted -> response(certificate));
  }

  private IssueCertificateResponse response(IssuedCertificate certificate) {
    IssueCertificateResponse.Builder response =
        IssueCertificateResponse.newBuilder()
            .setSpiffeId(certificate.spiffeId())
            .setNotBefore(certificate.notBefore().getEpochSecond())
            .setNotAfter(certificate.notAfter().getEpochSecond());
    certificate.chain().forEach(each -> response.addCertificateChain(der(each)));
    authority.trustBundle().roots().forEach(root -> response.addTrustBundle(der(root)));
    return response.build();
  }

  private static ByteString der(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate could not be encoded", e);
    }
  }

  /** Finishes what has begun and takes nothing new. */
  @Override
  public void close() {
    signers.shutdown();
  }
}
