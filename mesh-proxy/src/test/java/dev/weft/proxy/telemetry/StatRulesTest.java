package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.weft.proxy.telemetry.RequestGroup.Kind;
import dev.weft.proxy.telemetry.StatRules.Labelled;
import dev.weft.xds.model.StatsSettings;
import dev.weft.xds.model.StatsSettings.Shown;
import dev.weft.xds.model.StatsSettings.Tag;
import dev.weft.xds.model.StringMatch;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What statistics are called where a bootstrap says so, and which are shown. */
class StatRulesTest {
  private static final Shown ALL = new Shown.All();

  private static StatRules rules(boolean defaults, Tag... tags) {
    return StatRules.compile(new StatsSettings(List.of(tags), defaults, ALL));
  }

  @Test
  void aPartOfTheNameBecomesALabel() {
    StatRules rules = rules(true, new Tag.Part("app.version", "^cluster\\.[^.]+(-(v[0-9]))\\."));
    assertThat(
            rules.label(
                "cluster.a-v2.upstream_rq_200",
                "envoy_cluster_upstream_rq",
                "envoy_response_code",
                "200",
                "envoy_cluster_name",
                "a-v2"))
        .isEqualTo(
            new Labelled(
                "envoy_cluster_upstream_rq",
                List.of(
                    "envoy_response_code",
                    "200",
                    "envoy_cluster_name",
                    "a-v2",
                    "app_version",
                    "v2")));
  }

  @Test
  void whatIsTakenFromTheNameIsMissingInIt() {
    StatRules rules = rules(true, new Tag.Part("kind", "_(rq)_total$"));
    assertThat(
            rules.label(
                "cluster.a.upstream_rq_total",
                "envoy_cluster_upstream_rq_total",
                "envoy_cluster_name",
                "a"))
        .isEqualTo(
            new Labelled(
                "envoy_cluster_upstream__total", List.of("envoy_cluster_name", "a", "kind", "rq")));
  }

  @Test
  void theDotAtTheEndOfAPartIsNotPartOfTheLabel() {
    StatRules rules = rules(false, new Tag.Part("manager", "^http\\.(.*\\.)downstream"));
    assertThat(rules.label("http.a.b.downstream_rq_total", "envoy_http_a_b_downstream_rq_total"))
        .isEqualTo(new Labelled("envoy_http_downstream_rq_total", List.of("manager", "a.b")));
  }

  @Test
  void anExpressionWithoutGroupsSaysNothing() {
    StatRules rules = rules(true, new Tag.Part("kind", "rq_total"));
    assertThat(rules.label("http.a.downstream_rq_total", "envoy_http_downstream_rq_total"))
        .isEqualTo(new Labelled("envoy_http_downstream_rq_total", List.of()));
  }

  @Test
  void withoutEnvoysTagsTheirValuesStayInTheName() {
    StatRules rules = rules(false, new Tag.Own("envoy.response_code"), new Tag.Fixed("zone", "a"));
    String[] labels = {"envoy_response_code", "200", "envoy_cluster_name", "a.b"};
    assertThat(rules.label("cluster.a.b.upstream_rq_200", "envoy_cluster_upstream_rq", labels))
        .isEqualTo(
            new Labelled(
                "envoy_cluster_a_b_upstream_rq",
                List.of("envoy_response_code", "200", "zone", "a")));
  }

  @Test
  void aLabelThatIsThereStays() {
    StatRules rules =
        rules(
            true,
            new Tag.Part("envoy.cluster_name", "^cluster\\.(.)"),
            new Tag.Fixed("x", "1"),
            new Tag.Fixed("x", "2"));
    assertThat(
            rules.label(
                "cluster.name.membership_total",
                "envoy_cluster_membership_total",
                "envoy_cluster_name",
                "name"))
        .isEqualTo(
            new Labelled(
                "envoy_cluster_membership_total", List.of("envoy_cluster_name", "name", "x", "1")));
  }

  @Test
  void aNameInWhichLabelsAreNotFoundStays() {
    StatRules rules = rules(false, new Tag.Fixed("x", "1"));
    assertThat(rules.label("weft.own", "weft_own_total", "weft_method", "Add"))
        .isEqualTo(new Labelled("weft_own_total", List.of("weft_method", "Add", "x", "1")));
  }

  /** With all of Envoy's labels a name is what it is without rules, whatever is called how. */
  @Test
  void namesAreTakenApartAsTheyWerePutTogether() {
    Random random = new Random(7);
    StatRules rules = rules(true, new Tag.Fixed("x", "1"));
    List<String> words = List.of("a", "route", "vcluster", "upstream_rq", "a.b", "b.a", "200", "x");
    for (int i = 0; i < 10_000; i++) {
      String host = words.get(random.nextInt(words.size()));
      String name = words.get(random.nextInt(words.size()));
      RequestGroup group = new RequestGroup(host, Kind.VIRTUAL_CLUSTER, name);
      Labelled labelled =
          rules.label(
              "vhost." + group.plain() + ".upstream_rq_200",
              "envoy_vhost_vcluster_upstream_rq",
              "envoy_response_code",
              "200",
              "envoy_virtual_cluster",
              name,
              "envoy_virtual_host",
              host);
      assertThat(labelled.name()).isEqualTo("envoy_vhost_vcluster_upstream_rq");
    }
  }

  @Test
  void whatIsNotShownIsCountedAllTheSame() {
    StatRules rules =
        StatRules.compile(
            new StatsSettings(
                List.of(),
                true,
                new Shown.AllBut(List.of(new StringMatch.Prefix("cluster.a.", false)))));
    MeshTelemetry telemetry =
        new MeshTelemetry(exchange -> {}, direction -> request -> Tracing.Span.NONE);
    telemetry.cluster("a").retry();
    telemetry.cluster("b").retry();
    StringBuilder plain = new StringBuilder();
    telemetry.writePlain(plain);
    assertThat(new StatChoice(rules, null, false).lines(plain))
        .contains("cluster.b.upstream_rq_retry: 1\n")
        .doesNotContain("cluster.a.");
    PrometheusText text = new PrometheusText(new StatChoice(rules, null, false));
    telemetry.writePrometheus(text);
    assertThat(text.toString())
        .contains("envoy_cluster_upstream_rq_retry{envoy_cluster_name=\"b\"} 1\n")
        .contains("envoy_cluster_upstream_rq_time_count{envoy_cluster_name=\"b\"} 0\n")
        .doesNotContain("\"a\"");
  }

  @Test
  void nothingButThisProxysOwnIsShown() {
    StatRules rules = StatRules.compile(new StatsSettings(List.of(), true, new Shown.Nothing()));
    assertThat(rules.shows("server.live")).isFalse();
    assertThat(rules.shows("weft_heap_live_bytes")).isTrue();
  }

  @Test
  void aQueryChoosesByNameAndUse() {
    String all =
        """
        cluster.a.upstream_rq_total: 2
        cluster.a.upstream_rq_retry: 0
        cluster.a.upstream_rq_time.count: 2
        cluster.a.upstream_rq_time.sum_ms: 0
        cluster.b.upstream_rq_total: 10
        cluster.b.upstream_rq_time.count: 0
        cluster.b.upstream_rq_time.sum_ms: 0
        """;
    assertThat(new StatChoice(StatRules.NONE, null, true).lines(all).lines())
        .containsExactly(
            "cluster.a.upstream_rq_total: 2",
            "cluster.a.upstream_rq_time.count: 2",
            "cluster.a.upstream_rq_time.sum_ms: 0",
            "cluster.b.upstream_rq_total: 10");
    assertThat(
            new StatChoice(StatRules.NONE, Pattern.compile("^cluster.b.*e$"), false)
                .lines(all)
                .lines())
        .containsExactly(
            "cluster.b.upstream_rq_time.count: 0", "cluster.b.upstream_rq_time.sum_ms: 0");
    assertThat(StatChoice.ALL.lines(all)).isEqualTo(all);
  }

  @Test
  void samplesOfOneNameStandTogether() {
    PrometheusText text = new PrometheusText(new StatChoice(rules(false), null, false));
    text.single("server.live", "gauge", 1);
    text.type("envoy_cluster_x", "counter");
    text.sample("cluster.a.x", "envoy_cluster_x", "1", "envoy_cluster_name", "a");
    text.sample("cluster.b.x", "envoy_cluster_x", "2", "envoy_cluster_name", "b");
    assertThat(text.toString())
        .isEqualTo(
            """
            # TYPE envoy_cluster_a_x counter
            envoy_cluster_a_x 1
            # TYPE envoy_cluster_b_x counter
            envoy_cluster_b_x 2
            # TYPE envoy_server_live gauge
            envoy_server_live 1
            """);
  }
}
