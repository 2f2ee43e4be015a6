package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.Cluster.HappyEyeballs;
import dev.weft.xds.model.Cluster.HappyEyeballs.FirstFamily;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressOrderTest {
  @ParameterizedTest
  @CsvSource({
    "a b c,         DEFAULT, 1, a b c",
    "a b X Y,       DEFAULT, 1, a X b Y",
    "X a b Y,       DEFAULT, 1, X a Y b",
    "a b X Y,       V6,      1, X a Y b",
    "a b,           V6,      1, a b",
    "X a b,         V4,      1, a X b",
    "a b c X Y,     DEFAULT, 2, a b X c Y",
    "X Y Z a b c d, V4,      3, a b c X d Y Z",
    "X a b c,       DEFAULT, 9, X a b c",
  })
  void familiesTakeTurns(String given, FirstFamily first, int count, String order) {
    assertThat(AddressOrder.of(addresses(given), new HappyEyeballs(first, count)))
        .isEqualTo(addresses(order));
  }

  /** Nothing is lost, families keep their order, and none goes before its turn. */
  @Test
  void everyAddressHasItsTurn() {
    for (long seed = 0; seed < 10_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<InetSocketAddress> given = new ArrayList<>();
      for (int i = random.nextInt(1, 9); i > 0; i--) {
        given.add(address((char) (random.nextInt(20) + (random.nextBoolean() ? 'a' : 'A'))));
      }
      HappyEyeballs config =
          new HappyEyeballs(
              FirstFamily.values()[random.nextInt(FirstFamily.values().length)],
              random.nextInt(1, 4));
      List<InetSocketAddress> order = AddressOrder.of(given, config);

      assertThat(order).as("seed %d", seed).hasSameSizeAs(given);
      boolean first =
          switch (config.first()) {
            case DEFAULT -> isFour(given.getFirst());
            case V4 -> true;
            case V6 -> false;
          };
      for (boolean four : new boolean[] {true, false}) {
        assertThat(family(order, four)).as("seed %d", seed).isEqualTo(family(given, four));
      }
      int ofOther = family(given, !first).size();
      int inRow = 0;
      for (InetSocketAddress address : order) {
        inRow = isFour(address) == first ? inRow + 1 : 0;
        ofOther -= inRow == 0 ? 1 : 0;
        assertThat(inRow <= config.count() || ofOther == 0).as("seed %d", seed).isTrue();
      }
    }
  }

  private static List<InetSocketAddress> family(List<InetSocketAddress> all, boolean four) {
    return all.stream().filter(address -> isFour(address) == four).toList();
  }

  private static boolean isFour(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }

  private static List<InetSocketAddress> addresses(String letters) {
    return Arrays.stream(letters.split(" ")).map(letter -> address(letter.charAt(0))).toList();
  }

  /** Small letters are addresses of IPv4. */
  private static InetSocketAddress address(char letter) {
    String host = Character.isLowerCase(letter) ? "10.0.0." : "fd00::";
    return new InetSocketAddress(InetAddress.ofLiteral(host + letter % 32), 80);
  }
}
