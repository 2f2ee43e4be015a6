package dev.weft.control.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A small mesh for tests of REST: what the views of a running one would say. */
final class Mesh implements ProxyView, Propagation, TrafficView, ClusterView, IdentityAdmin {
  static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

  final List<TokenInfo> tokens = new CopyOnWriteArrayList<>();
  volatile List<String> notReady = List.of();

  @Override
  public CompletionStage<List<Proxy>> list() {
    return done(
        List.of(
            new Proxy(
                "sidecar~shop~catalog~1",
                "shop",
                "catalog",
                "10.0.0.1",
                15006,
                Map.of("version", "v1"),
                "n1",
                true,
                THEN,
                1L,
                List.of()),
            new Proxy(
                "sidecar~shop~catalog~2",
                "shop",
                "catalog",
                "10.0.0.2",
                15006,
                Map.of("version", "<img src=x onerror=alert(1)>"),
                "n2",
                true,
                THEN,
                null,
                List.of(new Refusal("type.googleapis.com/x.Cluster", "c", "no such thing")))));
  }

  @Override
  public CompletionStage<Optional<String>> config(String proxyId) {
    return done(
        proxyId.equals("sidecar~shop~catalog~1")
            ? Optional.of("{\"clusters\":[]}")
            : Optional.empty());
  }

  @Override
  public CompletionStage<Report> report(long revision, Duration wait) {
    return done(
        new Report(
            revision,
            wait.toSeconds() == 30,
            List.of(new ProxyState("sidecar~shop~catalog~2", State.REFUSED, "no such thing"))));
  }

  @Override
  public CompletionStage<List<ServiceTraffic>> rates() {
    return done(
        List.of(
            new ServiceTraffic("shop", "catalog", 812.5, 3.25, 1.2, 9.8),
            new ServiceTraffic("shop", "ledger", 40, 0, Double.NaN, Double.NaN)));
  }

  @Override
  public CompletionStage<List<Node>> nodes() {
    return done(
        List.of(new Node("n1", "127.0.0.1:1", "127.0.0.1:2", true, true, true, THEN, THEN)));
  }

  @Override
  public CompletionStage<CreatedToken> createToken(
      String namespace, String service, Duration ttl, String author) {
    if (namespace.equals("weft-system")) {
      return CompletableFuture.failedStage(
          new IllegalArgumentException("weft-system is reserved; use another namespace"));
    }
    String id = "t" + tokens.size();
    tokens.add(new TokenInfo(id, namespace, service, THEN, THEN.plus(ttl)));
    return done(new CreatedToken(id, "weft1.x", namespace, service, THEN.plus(ttl)));
  }

  @Override
  public CompletionStage<List<TokenInfo>> listTokens() {
    return done(List.copyOf(tokens));
  }

  @Override
  public CompletionStage<Boolean> revokeToken(String id, String author) {
    return done(tokens.removeIf(token -> token.id().equals(id)));
  }

  @Override
  public CompletionStage<CaInfo> ca() {
    return done(new CaInfo("weft.local", "PEM", "00ff", THEN, THEN));
  }

  CompletionStage<List<String>> readiness() {
    return done(notReady);
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedStage(value);
  }
}
