package dev.weft.xds.match;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A request as a client would write it. */
record TestRequest(
    String method,
    String authority,
    String path,
    @Nullable String query,
    List<Map.Entry<String, String>> headers)
    implements RequestView {
  static TestRequest get(String authority, String target) {
    int question = target.indexOf('?');
    return new TestRequest(
        "GET",
        authority,
        question < 0 ? target : target.substring(0, question),
        question < 0 ? null : target.substring(question + 1),
        List.of(Map.entry(":path", target), Map.entry(":scheme", "http")));
  }

  TestRequest with(String name, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(headers);
    more.add(Map.entry(name, value));
    return new TestRequest(method, authority, path, query, more);
  }

  @Override
  public boolean hasCertificate() {
    return hasHeader("test-certificate");
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return anyHeader(name, value -> true);
  }

  @Override
  public boolean anyHeader(CharSequence name, Predicate<? super CharSequence> test) {
    return headers.stream()
        .anyMatch(header -> header.getKey().contentEquals(name) && test.test(header.getValue()));
  }
}
