package dev.weft.proxy.filter;

import java.util.ArrayList;
import java.util.List;

/**
 * The filters that a request passes, compiled.
 *
 * @param checks those that come first and only look at heads
 * @param filters those that follow
 */
public record HttpFilterChain(List<RequestCheck> checks, List<HttpFilterFactory> filters) {
  static HttpFilterChain of(List<HttpFilterFactory> all) {
    int first = 0;
    List<RequestCheck> checks = new ArrayList<>();
    while (first < all.size() && all.get(first) instanceof RequestCheck check) {
      checks.add(check);
      first++;
    }
    return new HttpFilterChain(List.copyOf(checks), List.copyOf(all.subList(first, all.size())));
  }
}
