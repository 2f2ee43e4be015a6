package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.vertx.core.http.HttpServerRequest;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What `internal-redirects.yaml` cannot see: what is left of requests that were sent on. */
class InternalRedirectTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private void apply(int max, Backend here, Backend there) {
    mesh.apply(
        config(
            table(
                "virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: /there},"
                    + " route: {cluster: there}}, {match: {prefix: /}, route: {cluster: here,"
                    + " internal_redirect_policy: {max_internal_redirects: "
                    + max
                    + "}}}]}]"),
            Configs.cluster("here", UpstreamProtocol.HTTP1, here.port()),
            Configs.cluster("there", UpstreamProtocol.HTTP1, there.port())));
  }

  private Backend sendingTo(String location) {
    return Backend.start(
        mesh.outside,
        request ->
            request.response().setStatusCode(302).putHeader("location", location).end("moved"));
  }

  @Test
  void aRequestThatIsSentInACircleComesToAnEnd() {
    Backend here = sendingTo("http://a.test/again");
    apply(500, here, here);

    Client.Reply reply = mesh.h1.get(mesh.port(), "/");

    assertThat(reply.status()).isEqualTo(302);
    assertThat(here.requests()).isEqualTo(501);
    await().until(() -> mesh.telemetry.lines().size() == 501);
  }

  @Test
  void aClientThatGoesAwayTakesTheRequestWithItWhereverItIs() throws Exception {
    Queue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
    Backend there = Backend.start(mesh.outside, held::add);
    apply(1, sendingTo("http://a.test/there"), there);
    try (java.net.Socket client = new java.net.Socket("127.0.0.1", mesh.port())) {
      client.getOutputStream().write("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n".getBytes());
      await().until(() -> held.size() == 1);
    }

    await().until(() -> mesh.telemetry.lines().size() == 2);
    assertThat(mesh.telemetry.lines().getLast().flags()).isEqualTo("DC");
  }

  @Test
  void aBodyIsThereForEveryHop() {
    Backend there =
        Backend.start(
            mesh.outside, request -> request.body().onSuccess(b -> request.response().end(b)));
    apply(1, sendingTo("http://a.test/there"), there);
    String body = "0123456789".repeat(5000);

    for (Client client : java.util.List.of(mesh.h1, mesh.h2)) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.post(mesh.port(), "/", body).body()).isEqualTo(body);
      }
    }
  }
}
