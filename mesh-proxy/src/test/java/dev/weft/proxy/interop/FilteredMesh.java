package dev.weft.proxy.interop;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RefusingPort;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A proxy from {@code interop/grpc.yaml}: every filter that suits gRPC, retries, hedging, mirrors.
 */
final class FilteredMesh implements AutoCloseable {
  private static final long REFUSED_STREAM = 7;

  final Mesh mesh = new Mesh();
  final Backend refusing = Backend.start(mesh.outside, this::refuse);
  final Backend unavailable = Backend.start(mesh.outside, this::sayUnavailable);
  private final Backend silent = Backend.start(mesh.outside, request -> {});
  private final RefusingPort dead;
  private final String bootstrap;

  /** What {@link #unavailable} got last. */
  volatile Map<String, String> head = Map.of();

  /** By which name the service is asked for. */
  enum Host {
    PLAIN,
    /** Behind endpoints that refuse streams or say UNAVAILABLE. */
    RETRIED,
    /** Behind one that refuses connections. */
    RECONNECTED,
    /** Behind one that never answers, and one that does. */
    HEDGED,
    MIRRORED;

    /**
     * Whether a case passes there. Of what is longer than may be kept for another try some has gone
     * to an endpoint before it refuses, or falls silent: that is not sent again. To a dead endpoint
     * nothing goes.
     *
     * @param large whether it says more than that before it gets an answer
     */
    boolean suits(boolean large) {
      return switch (this) {
        case PLAIN, MIRRORED -> true;
        case RETRIED, HEDGED -> !large;
        case RECONNECTED -> large;
      };
    }

    String authority() {
      return name().toLowerCase(Locale.ROOT) + ".test";
    }
  }

  FilteredMesh() throws IOException {
    dead = new RefusingPort();
    try (InputStream file = FilteredMesh.class.getResourceAsStream("/interop/grpc.yaml")) {
      bootstrap = new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void refuse(HttpServerRequest request) {
    request.response().reset(REFUSED_STREAM);
  }

  private void sayUnavailable(HttpServerRequest request) {
    Map<String, String> fields = new HashMap<>();
    request.headers().forEach(fields::put);
    head = fields;
    request
        .response()
        .putHeader("content-type", "application/grpc")
        .putHeader("grpc-status", "14")
        .putHeader("grpc-message", "not here")
        .end();
  }

  /** How many calls were answered by a second try, while the first waited. */
  int overtaken() {
    return mesh.telemetry.calls("cluster/behind-silence/retrySucceeded");
  }

  /** Puts it before a server and a mirror, by their ports; its own port. */
  int before(int server, int mirror) {
    try {
      mesh.apply(
          FromYaml.config(
              bootstrap
                  .replace("${server}", Integer.toString(server))
                  .replace("${mirror}", Integer.toString(mirror))
                  .replace("${refusing}", Integer.toString(refusing.port()))
                  .replace("${unavailable}", Integer.toString(unavailable.port()))
                  .replace("${silent}", Integer.toString(silent.port()))
                  .replace("${dead}", Integer.toString(dead.number()))));
    } catch (BootstrapException e) {
      throw new IllegalStateException(e);
    }
    return mesh.port();
  }

  @Override
  public void close() {
    mesh.close();
    try {
      dead.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
