package dev.weft.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.InternalRedirectPolicy;
import dev.weft.xds.model.InternalRedirectPolicy.AllowListedRoutes;
import dev.weft.xds.model.InternalRedirectPolicy.Predicate;
import dev.weft.xds.model.InternalRedirectPolicy.PreviousRoutes;
import dev.weft.xds.model.InternalRedirectPolicy.SafeCrossScheme;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RedirectPlanTest {
  private static RedirectPlan plan(int max, Predicate... predicates) {
    return RedirectPlan.compile(
        new InternalRedirectPolicy(
            max, Set.of(301, 308), List.of(predicates), false, List.of("x-a", "x-b")));
  }

  @Test
  void itIsForTheStatusesThatItNames() {
    RedirectPlan plan = plan(1);

    List<Integer> followed = new ArrayList<>();
    for (int status = 100; status < 600; status++) {
      if (plan.isFor(status)) {
        followed.add(status);
      }
    }

    assertThat(followed).containsExactly(301, 308);
  }

  @Test
  void headersOfTheRedirectTakeThePlaceOfTheRequestsOwn() {
    Http2Headers request = new DefaultHttp2Headers().add("x-a", "own").add("x-b", "own");
    Http2Headers redirect =
        new DefaultHttp2Headers().add("x-a", "1").add("x-a", "2").add("x-c", "3");

    plan(1).copyHeaders(redirect, request);

    assertThat(request.getAll("x-a")).map(CharSequence::toString).containsExactly("1", "2");
    assertThat(request.contains("x-b")).isFalse();
    assertThat(request.contains("x-c")).isFalse();
  }

  @Test
  void plaintextIsNotSentToTlsWhereThatIsUnsafe() {
    RedirectPlan plan = plan(9, new SafeCrossScheme());
    RedirectTrail trail = new RedirectTrail();

    assertThat(plan.accepts(trail, "a", "b", false, true)).isFalse();
    assertThat(plan.accepts(trail, "a", "b", false, false)).isTrue();
    assertThat(plan.accepts(trail, "a", "b", true, false)).isTrue();
    assertThat(plan.accepts(trail, "a", "b", true, true)).isTrue();
  }

  @Test
  void whateverRoutesSendItWhereItGoesNoFurtherThanItMayAndNoWayTwice() {
    Random random = new Random(11);
    int refused = 0;
    for (int run = 0; run < 10_000; run++) {
      int max = random.nextInt(6);
      RedirectPlan plan =
          plan(max, new PreviousRoutes(), new AllowListedRoutes(Set.of("0", "1", "2")));
      RedirectTrail trail = new RedirectTrail();
      Set<String> ways = new HashSet<>();
      String at = "0";
      for (int step = 0; step < 12; step++) {
        String to = Integer.toString(random.nextInt(4));
        if (!plan.allowsAnother(trail) || !plan.accepts(trail, at, to, false, false)) {
          refused++;
          continue; // another answer of the same route
        }
        trail.follow();
        assertThat(ways.add(at + " to " + to)).isTrue();
        assertThat(to).isNotEqualTo("3");
        at = to;
      }
      assertThat(trail.followed()).isLessThanOrEqualTo(max).isEqualTo(ways.size());
    }
    assertThat(refused).isPositive();
  }
}
