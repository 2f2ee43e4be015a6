package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Client.Reply;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which endpoint a request goes to by its hash and its route's metadata. What is expected was
 * observed on Envoy 1.40.0 with the same configuration on 2026-11-22.
 */
class HashRoutingTest {
  private static final String ROUTES =
      """
      - match: {prefix: /maglev}
        route: {cluster: maglev, hash_policy: [{header: {header_name: X-Key}}]}
      - match: {prefix: /ring}
        route: {cluster: ring, hash_policy: [{header: {header_name: x-key}}]}
      - match: {prefix: /query}
        route: {cluster: maglev, hash_policy: [{query_parameter: {name: k}}]}
      - match: {prefix: /cookie}
        route: {cluster: maglev, hash_policy: [{cookie: {name: sess, ttl: 60s, path: /p, attributes: [{name: SameSite, value: Strict}, {name: Secure}]}}]}
      - match: {prefix: /session}
        route: {cluster: maglev, hash_policy: [{cookie: {name: sess}}]}
      - match: {prefix: /source}
        route: {cluster: maglev, hash_policy: [{connection_properties: {source_ip: true}}]}
      - match: {prefix: /two}
        route: {cluster: maglev, hash_policy: [{header: {header_name: x-key}}, {query_parameter: {name: k}, terminal: true}, {header: {header_name: x-more}}]}
      - match: {prefix: /regex}
        route: {cluster: maglev, hash_policy: [{header: {header_name: x-key, regex_rewrite: {pattern: {regex: "u(\\\\d)\\\\d*"}, substitution: "\\\\1x"}}}]}
      - match: {prefix: /spread}
        route: {cluster: spread, hash_policy: [{cookie: {name: sess, ttl: 60s}}]}
      - match: {prefix: /subset}
        route: {cluster: subset, metadata_match: {filter_metadata: {envoy.lb: {number: "3"}}}}
      - match: {prefix: /weighted}
        route: {weighted_clusters: {clusters: [{name: subset, weight: 1, metadata_match: {filter_metadata: {envoy.lb: {number: "1"}}}}]}, metadata_match: {filter_metadata: {envoy.lb: {number: "3"}}}}
      - match: {prefix: /nowhere}
        route: {cluster: subset, metadata_match: {filter_metadata: {envoy.lb: {number: "9"}}}}
      - match: {prefix: /drop}
        route: {cluster: drop}
      """;

  @TempDir static Path folder;
  private static final Vertx VERTX = Vertx.vertx();
  private static final List<Backend> BACKENDS = new ArrayList<>();
  private static final Client CLIENT = new Client(VERTX, HttpVersion.HTTP_1_1);
  private static Proxy proxy;

  @BeforeAll
  static void start() throws Exception {
    for (int i = 0; i < 5; i++) {
      BACKENDS.add(Backend.named(VERTX, String.valueOf(i)));
    }
    int[] ports = BACKENDS.stream().mapToInt(Backend::port).toArray();
    proxy =
        FromBootstrap.start(
            folder,
            ROUTES,
            "- {name: maglev, type: STATIC, lb_policy: MAGLEV, %s}\n"
                    .formatted(FromBootstrap.endpoints("maglev", ports))
                + "- {name: ring, type: STATIC, load_balancing_policy: {policies:"
                + " [{typed_extension_config: {name: x, typed_config: {'@type':"
                + " type.googleapis.com/xds.type.v3.TypedStruct, type_url:"
                + " example.test/own.Policy}}}, "
                + "{typed_extension_config: {name: y, typed_config: {'@type': type.googleapis.com/envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash}}}]}, %s}\n"
                    .formatted(FromBootstrap.endpoints("ring", ports))
                + "- {name: spread, type: STATIC, %s}\n"
                    .formatted(FromBootstrap.endpoints("spread", ports))
                + "- {name: subset, type: STATIC, lb_subset_config: {subset_selectors: [{keys: [number]}]}, %s}\n"
                    .formatted(FromBootstrap.endpoints("subset", ports))
                + "- {name: drop, type: STATIC, load_assignment: {cluster_name: drop, policy:"
                + " {drop_overloads: [{category: c, drop_percentage: {numerator: 100}}]}}}\n");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    BACKENDS.forEach(Backend::close);
    VERTX.close();
  }

  private static Reply get(String path, Map<String, String> headers) {
    return CLIENT.get(proxy.ports().get("in"), path, headers);
  }

  private static String twenty(IntFunction<Reply> call) {
    StringBuilder answers = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      answers.append(call.apply(i).body());
    }
    return answers.toString();
  }

  @Test
  void byHeader() {
    assertThat(twenty(i -> get("/maglev", Map.of("x-key", "key-" + i))))
        .isEqualTo("22204133401303400331");
    assertThat(twenty(i -> get("/ring", Map.of("x-key", "key-" + i))))
        .isEqualTo("22441022232221243330");
    assertThat(twenty(i -> get("/regex", Map.of("x-key", "u" + i + "9u8"))))
        .isEqualTo("42302121102222222222");
  }

  @Test
  void byTheFirstValueOfAQueryParameterAsItIsWritten() {
    assertThat(twenty(i -> get("/query?a=1&k=key-" + i + "&k=z", Map.of())))
        .isEqualTo("22204133401303400331");
    assertThat(get("/query?k", Map.of()).body()).isEqualTo("3");
    assertThat(get("/query?k=", Map.of()).body()).isEqualTo("3");
    assertThat(get("/query?kk=1&k=%41", Map.of()).body()).isEqualTo("0");
  }

  @Test
  void byCookieWhichAClientWithoutOneGets() {
    assertThat(twenty(i -> get("/cookie", Map.of("cookie", "a=b; sess=key-" + i))))
        .isEqualTo("22204133401303400331");
    assertThat(get("/cookie", Map.of("cookie", "sess=\"key-3\"")).body()).isEqualTo("0");
    Reply fresh = get("/cookie", Map.of());
    assertThat(fresh.header("set-cookie"))
        .matches("sess=\"[0-9a-f]{16}\"; Max-Age=60; Path=/p; SameSite=Strict; Secure; HttpOnly");
    String cookie = fresh.header("set-cookie").replaceAll(";.*", "");
    for (int i = 0; i < 5; i++) {
      Reply again = get("/cookie", Map.of("cookie", cookie));
      assertThat(again.body()).isEqualTo(fresh.body());
      assertThat(again.header("set-cookie")).isNull();
    }
    assertThat(get("/session", Map.of()).header("set-cookie")).as("without a ttl").isNull();
    assertThat(get("/spread", Map.of()).header("set-cookie")).as("nobody hashes").isNull();
  }

  @Test
  void byTheClientsAddress() {
    assertThat(get("/source", Map.of()).body()).isEqualTo("3");
    assertThat(get("/source", Map.of("x-forwarded-for", "10.1.1.1")).body()).isEqualTo("3");
    assertThat(get("/source", Map.of("x-forwarded-for", "10.1.1.1, 10.2.2.2")).body())
        .isEqualTo("0");
    assertThat(get("/source", Map.of("x-forwarded-for", "2001:db8::0:1")).body()).isEqualTo("0");
  }

  @Test
  void severalPoliciesCountTogetherUpToATerminalOne() {
    assertThat(twenty(i -> get("/two?k=q" + i, Map.of("x-key", "key-" + i, "x-more", "m"))))
        .isEqualTo("30331043040042014241");
    assertThat(twenty(i -> get("/two", Map.of("x-key", "key-" + i, "x-more", "m"))))
        .isEqualTo("22204133401303400331");
  }

  @Test
  void bySubsetsOfTheRouteAndOfItsWeightedClusters() {
    for (int i = 0; i < 10; i++) {
      assertThat(get("/subset", Map.of()).body()).isEqualTo("3");
      assertThat(get("/weighted", Map.of()).body()).isEqualTo("1");
    }
    Reply none = get("/nowhere", Map.of());
    assertThat(none.status()).isEqualTo(503);
    assertThat(none.body()).isEqualTo("no healthy upstream");
  }

  @Test
  void whatIsDroppedIsAnsweredSo() {
    Reply dropped = get("/drop", Map.of());
    assertThat(dropped.status()).isEqualTo(503);
    assertThat(dropped.body()).isEqualTo("unconditional drop overload");
    assertThat(dropped.header("x-envoy-unconditional-drop-overload")).isEqualTo("true");
  }

  @Test
  void aPolicyThatWeftDoesNotHaveIsRefusedByItsPath() {
    assertThatThrownBy(
            () ->
                FromBootstrap.start(
                    folder,
                    "- {match: {prefix: /}, route: {cluster: c, hash_policy: [{filter_state: {key:"
                        + " k}}]}}",
                    "- {name: c, type: STATIC, lb_policy: MAGLEV, maglev_lb_config: {table_size:"
                        + " 100}}"))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining("virtual_hosts[0].routes[0].route.hash_policy[0].filter_state")
        .hasMessageContaining("static_resources.clusters[0].maglev_lb_config.table_size");
  }
}
