package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What routes, and what is around them, say of filters ({@code typed_per_filter_config}); each case
 * was seen to go the same way on Envoy 1.40.0.
 */
class RouteFilterTest {
  private static final String DENY =
      "{action: DENY, policies: {p: {permissions: [{any: true}], principals: [{any: true}]}}}";
  private static final String FILTER =
      "{name: access, typed_config: {@http/rbac.v3.RBAC, rules: " + DENY + "}}";
  private static final String OPEN = "access: {@http/rbac.v3.RBACPerRoute}";
  private static final String CLOSED =
      "access: {@http/rbac.v3.RBACPerRoute, rbac: {rules: " + DENY + "}}";

  private final Mesh mesh = new Mesh();
  private Backend backend;

  @BeforeEach
  void start() {
    backend = Backend.named(mesh.outside, "up");
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private void serve(String filters, String routes) throws BootstrapException {
    mesh.apply(FromYaml.http(filters, routes, backend.port()));
  }

  private int get(String path) {
    int status = mesh.h1.get(mesh.port(), path).status();
    assertThat(mesh.h2.get(mesh.port(), path).status()).isEqualTo(status);
    return status;
  }

  private static String route(String prefix, String said) {
    return "{match: {prefix: " + prefix + "}, route: {cluster: up}, " + said(said) + "}";
  }

  private static String said(String said) {
    return "typed_per_filter_config: {" + said + "}";
  }

  @Test
  void theMostSpecificCounts() throws Exception {
    serve(
        FILTER,
        said(OPEN)
            + ", virtual_hosts: [{name: v, domains: ['*'], "
            + said(CLOSED)
            + ", routes: ["
            + route("/open", OPEN)
            + ", {match: {prefix: /weighted}, "
            + said(OPEN)
            + ", route: {weighted_clusters: {clusters: [{name: up, weight: 1, "
            + said(CLOSED)
            + "}]}}}, "
            + route("/", "")
            + "]}, {name: w, domains: [other.test], routes: ["
            + route("/", "")
            + "]}]");

    assertThat(get("/open")).isEqualTo(200);
    assertThat(get("/weighted")).as("the cluster's").isEqualTo(403);
    assertThat(get("/")).as("the virtual host's").isEqualTo(403);
    assertThat(mesh.h1.get(mesh.port(), "/", java.util.Map.of("host", "other.test")).status())
        .as("the table's")
        .isEqualTo(200);
  }

  @Test
  void aFilterCanBeSwitchedOffAndOn() throws Exception {
    String off = FILTER.replace("name: access,", "name: access, disabled: true,");
    String routes =
        "virtual_hosts: [{name: v, domains: ['*'], routes: ["
            + route("/off", "access: {@FilterConfig, disabled: true}")
            + ", "
            + route("/on", "access: {@FilterConfig, config: {}}")
            + ", "
            + route("/set", CLOSED)
            + ", "
            + route("/wrapped", "access: {@FilterConfig, config: {" + CLOSED.substring(9) + "}")
            + ", "
            + route("/unused", CLOSED.replace("access:", "nobody:"))
            + ", "
            + route("/", "")
            + "]}]";
    serve(off, routes);
    assertThat(get("/")).isEqualTo(200);
    assertThat(get("/off")).isEqualTo(200);
    assertThat(get("/on")).as("as the manager has it").isEqualTo(403);
    assertThat(get("/set")).isEqualTo(403);
    assertThat(get("/wrapped")).isEqualTo(403);
    assertThat(get("/unused")).isEqualTo(200);

    serve(FILTER, routes);
    assertThat(get("/")).isEqualTo(403);
    assertThat(get("/off")).isEqualTo(200);
    assertThat(get("/on")).isEqualTo(403);
  }

  @Test
  void whatIsNotSupportedIsRefusedUnlessOptional() throws Exception {
    String routes =
        "virtual_hosts: [{name: v, domains: ['*'], routes: ["
            + route("/", "x: {@FilterConfig, OPTIONAL config: {@http/csrf.v3.CsrfPolicy}}")
            + "]}]";
    assertThatThrownBy(() -> serve(FILTER, routes.replace("OPTIONAL", "")))
        .hasMessageContaining("routes[0].typed_per_filter_config[\"x\"].config")
        .hasMessageContaining("csrf.v3.CsrfPolicy");
    serve(FILTER, routes.replace("OPTIONAL", "is_optional: true,"));
    assertThat(get("/")).isEqualTo(403);
  }
}
