package dev.weft.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.DnsResolution.Backoff;
import dev.weft.xds.model.DnsResolution.Family;
import dev.weft.xds.model.EndpointSet;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsAnswersTest {
  private static final EndpointSet NONE = new EndpointSet("c", List.of(), 140);

  private static List<InetAddress> answer(String addresses) {
    return Arrays.stream(addresses.split(" "))
        .filter(address -> !address.isEmpty())
        .map(InetAddress::ofLiteral)
        .toList();
  }

  private static DnsResolution of(Family family) {
    return new DnsResolution(Duration.ofSeconds(5), false, null, family);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AUTO         | 10.0.0.2 fd00::2 fd00::1 10.0.0.1 | fd00:0:0:0:0:0:0:1 fd00:0:0:0:0:0:0:2
          AUTO         | 10.0.0.2 10.0.0.1                 | 10.0.0.1 10.0.0.2
          V4_ONLY      | 10.0.0.1 fd00::1                  | 10.0.0.1
          V4_ONLY      | fd00::1                           | ''
          V6_ONLY      | 10.0.0.1 fd00::1                  | fd00:0:0:0:0:0:0:1
          V6_ONLY      | 10.0.0.1                          | ''
          V4_PREFERRED | 10.0.0.1 fd00::1                  | 10.0.0.1
          V4_PREFERRED | fd00::1                           | fd00:0:0:0:0:0:0:1
          ALL          | 10.0.0.1 fd00::1 10.0.0.1         | 10.0.0.1 fd00:0:0:0:0:0:0:1
          """)
  void addressesOfTheFamilyCount(Family family, String all, String counting) {
    assertThat(
            DnsAnswers.addresses("app.test", answer(all), new Cluster.StrictDns(NONE, of(family))))
        .containsExactly(
            answer(counting).stream().map(InetAddress::getHostAddress).toArray(String[]::new));
  }

  @Test
  void aLogicalEndpointHasAllAddressesOfItsFamilyAsTheyCame() {
    Cluster.LogicalDns logical = new Cluster.LogicalDns(NONE, of(Family.V4_ONLY));
    assertThat(
            DnsAnswers.addresses("app.test", answer("fd00::1 10.0.0.2 10.0.0.1 10.0.0.2"), logical))
        .containsExactly("10.0.0.2", "10.0.0.1");
    assertThat(DnsAnswers.addresses("app.test", answer("fd00::1"), logical)).isEmpty();
  }

  @Test
  void anAddressNeedsNoFamily() {
    Cluster.StrictDns strict = new Cluster.StrictDns(NONE, of(Family.V6_ONLY));
    assertThat(DnsAnswers.addresses("10.0.0.1", answer("10.0.0.1"), strict))
        .containsExactly("10.0.0.1");
  }

  @Test
  void pausesAfterFailuresGrowToTheirBound() {
    for (long seed = 0; seed < 10_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long base = random.nextLong(2, 10_000);
      long max = base + random.nextLong(1_000_000);
      Backoff backoff = new Backoff(Duration.ofMillis(base), Duration.ofMillis(max));
      for (int failures = 1; failures < 70; failures++) {
        double bound = Math.min(max, base * Math.pow(2, failures - 1));
        assertThat((double) DnsAnswers.pauseMillis(backoff, failures, random))
            .as("seed %s failure %s", seed, failures)
            .isBetween(0.0, bound - 1);
      }
    }
  }
}
