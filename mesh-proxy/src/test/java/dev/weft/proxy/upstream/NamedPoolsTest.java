package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamedPoolsTest {
  private static final int RUNS = 10_000;
  private static final int STEPS = 60;

  @Test
  void theOneThatWasUsedLeastRecentlyGoes() {
    NamedPools<String, String> pools = new NamedPools<>(3, pool -> true);
    pools.add("a", "A");
    pools.add("b", "B");
    pools.add("c", "C");
    pools.use("a", "A");

    assertThat(pools.full()).isTrue();
    assertThat(pools.takeIdle()).isEqualTo("b");
    assertThat(pools.full()).isFalse();
  }

  @Test
  void nothingGoesThatCarriesRequests() {
    Set<String> busy = new HashSet<>(List.of("A", "B"));
    NamedPools<String, String> pools = new NamedPools<>(2, pool -> !busy.contains(pool));
    pools.add("a", "A");
    pools.add("b", "B");

    assertThat(pools.takeIdle()).isNull();
    busy.remove("B");
    assertThat(pools.takeIdle()).isEqualTo("b");
  }

  /**
   * With few enough to look at all of them: there are never more than may be, and who goes is the
   * one used longest ago of those that carry nothing.
   */
  @Test
  void onlyTheOldestIdlePoolGoes() {
    for (long seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      int most = 1 + random.nextInt(8);
      Set<Integer> busy = new HashSet<>();
      List<Integer> byUse = new ArrayList<>();
      NamedPools<Integer, Integer> pools = new NamedPools<>(most, pool -> !busy.contains(pool));
      for (int step = 0; step < STEPS; step++) {
        Integer key = random.nextInt(12);
        if (byUse.contains(key)) {
          pools.use(key, key);
          byUse.remove(key);
          byUse.add(key);
        } else if (pools.full()) {
          List<Integer> idle = byUse.stream().filter(one -> !busy.contains(one)).toList();
          Integer gone = pools.takeIdle();
          assertThat(gone).as("seed %s", seed).isEqualTo(idle.isEmpty() ? null : idle.getFirst());
          // Those that were passed over come after all others from then on.
          List<Integer> passed =
              gone == null ? List.of() : List.copyOf(byUse.subList(0, byUse.indexOf(gone)));
          byUse.removeAll(passed);
          byUse.addAll(passed);
          byUse.remove(gone);
        } else {
          pools.add(key, key);
          byUse.add(key);
        }
        busy.remove(random.nextInt(12));
        busy.add(random.nextInt(12));
        assertThat(byUse).as("seed %s", seed).hasSizeLessThanOrEqualTo(most);
        assertThat(pools.isEmpty()).isEqualTo(byUse.isEmpty());
      }
    }
  }
}
