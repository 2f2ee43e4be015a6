package dev.weft.control.xds;

import dev.weft.control.compile.MeshNames;
import dev.weft.control.compile.SidecarNode;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.vertx.grpc.common.GrpcStatus;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Who may open a stream: whoever proves to be the service its node says it is. */
sealed interface Admission {
  record Granted(SidecarNode node) implements Admission {}

  /** What to end the stream with. */
  record Refused(GrpcStatus status, String message) implements Admission {}

  static Admission of(Node node, @Nullable SSLSession session, String trustDomain) {
    String identity = PeerCertificate.identity(session).orElse(null);
    if (identity == null) {
      return new Refused(
          GrpcStatus.UNAUTHENTICATED,
          "this stream needs a client certificate with one SPIFFE ID; enrol with a join token"
              + " first");
    }
    return switch (NodeReader.read(node)) {
      case NodeReader.Result.Invalid(var problems) ->
          new Refused(GrpcStatus.INVALID_ARGUMENT, String.join("; ", problems));
      case NodeReader.Result.Valid(SidecarNode sidecar) -> {
        String claimed = MeshNames.identity(trustDomain, sidecar.namespace(), sidecar.service());
        yield claimed.equals(identity)
            ? new Granted(sidecar)
            : new Refused(
                GrpcStatus.PERMISSION_DENIED,
                "the node claims to be " + claimed + ", its certificate is of " + identity);
      }
    };
  }
}
