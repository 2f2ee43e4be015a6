package dev.weft.proxy.hostile;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A way through the proxy: what the client speaks, what the endpoint speaks, and how. */
enum Pair {
  H1_TO_H1(false, false, false),
  H1_TO_H2(false, true, false),
  H2_TO_H1(true, false, false),
  H2_TO_H2(true, true, false),
  H1_TO_H1_MTLS(false, false, true),
  H1_TO_H2_MTLS(false, true, true),
  H2_TO_H1_MTLS(true, false, true),
  H2_TO_H2_MTLS(true, true, true);

  /** Whether the client speaks HTTP/2. */
  final boolean down2;

  /** Whether the endpoint does. */
  final boolean up2;

  /** Whether both connections are mutual TLS. */
  final boolean mtls;

  Pair(boolean down2, boolean up2, boolean mtls) {
    this.down2 = down2;
    this.up2 = up2;
    this.mtls = mtls;
  }

  @Override
  public String toString() {
    return (down2 ? "h2" : "h1") + " to " + (up2 ? "h2" : "h1") + (mtls ? " over mTLS" : "");
  }

  static Stream<Pair> all() {
    return Stream.of(values());
  }

  static Stream<Pair> fromHttp1() {
    return all().filter(pair -> !pair.down2);
  }

  static Stream<Pair> fromHttp2() {
    return all().filter(pair -> pair.down2);
  }

  static Stream<Pair> toHttp1() {
    return all().filter(pair -> !pair.up2);
  }

  static Stream<Pair> toHttp2() {
    return all().filter(pair -> pair.up2);
  }

  static Stream<Pair> http2Only() {
    return all().filter(pair -> pair.down2 && pair.up2);
  }

  /** What a case of a table needs: its name begins with the row's number. */
  record Row(String name, Object... values) {}

  /** Every row through every pair: name, pair, then the row's values. */
  static Stream<Arguments> times(Stream<Pair> pairs, List<Row> rows) {
    return pairs.flatMap(pair -> rows.stream().map(row -> arguments(pair, row)));
  }

  static Stream<Arguments> times(Predicate<Pair> pairs, List<Row> rows) {
    return times(all().filter(pairs), rows);
  }

  private static Arguments arguments(Pair pair, Row row) {
    Stream<Object> first = Stream.of(row.name() + ", " + pair, pair);
    return Arguments.of(Stream.concat(first, Arrays.stream(row.values())).toArray());
  }
}
