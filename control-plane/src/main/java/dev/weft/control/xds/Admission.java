package dev.weft.control.xds;

import dev.weft.control.compile.SidecarNode;
import dev.weft.control.identity.WorkloadId;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.vertx.grpc.common.GrpcStatus;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Who may open a stream: whoever proves to be the service its node says it is. */
sealed interface Admission {
  record Granted(SidecarNode node) implements Admission {}

  /** What to end the stream with. */
  record Refused(GrpcStatus status, String message) implements Admission {}

  static Admission of(Node node, @Nullable SSLSession session, String trustDomain) {
    WorkloadId identity = identity(session, trustDomain).orElse(null);
    if (identity == null) {
      return new Refused(
          GrpcStatus.UNAUTHENTICATED,
          "this stream needs a client certificate of a workload of "
              + trustDomain
              + "; enrol with a join token first");
    }
    return switch (NodeReader.read(node)) {
      case NodeReader.Result.Invalid(var problems) ->
          new Refused(GrpcStatus.INVALID_ARGUMENT, String.join("; ", problems));
      case NodeReader.Result.Valid(SidecarNode sidecar) ->
          identity.namespace().equals(sidecar.namespace())
                  && identity.service().equals(sidecar.service())
              ? new Granted(sidecar)
              : new Refused(
                  GrpcStatus.PERMISSION_DENIED,
                  "the node claims to be "
                      + sidecar.namespace()
                      + "/"
                      + sidecar.service()
                      + ", its certificate is of "
                      + identity);
    };
  }

  /** TLS has verified the chain already. */
  private static Optional<WorkloadId> identity(@Nullable SSLSession session, String trustDomain) {
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf
          ? WorkloadId.ofCertificate(leaf, trustDomain)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }
}
