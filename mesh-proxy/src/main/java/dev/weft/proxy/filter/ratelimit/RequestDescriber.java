package dev.weft.proxy.filter.ratelimit;

import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.match.HeaderMatcher;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.model.RateLimitAction;
import dev.weft.xds.model.RateLimitRules.Entry;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Describes requests by the actions of {@code rate_limits}. From any thread. */
final class RequestDescriber {
  /** One action; false means that there is no such descriptor of the request. */
  private interface Step {
    boolean append(List<Entry> entries, Http2Headers request, Exchange exchange);
  }

  private final List<List<Step>> rules;

  RequestDescriber(List<List<RateLimitAction>> rules) {
    this.rules =
        rules.stream()
            .map(actions -> actions.stream().map(RequestDescriber::compile).toList())
            .toList();
  }

  /** What a request is described as: at most one list of entries for each rule. */
  List<List<Entry>> describe(Http2Headers request, Exchange exchange) {
    List<List<Entry>> described = new ArrayList<>(rules.size());
    for (int i = 0; i < rules.size(); i++) {
      List<Entry> entries = entries(rules.get(i), request, exchange);
      if (entries != null) {
        described.add(entries);
      }
    }
    return described;
  }

  private static @Nullable List<Entry> entries(
      List<Step> steps, Http2Headers request, Exchange exchange) {
    List<Entry> entries = new ArrayList<>(steps.size());
    for (int i = 0; i < steps.size(); i++) {
      if (!steps.get(i).append(entries, request, exchange)) {
        return null;
      }
    }
    return entries.isEmpty() ? null : entries;
  }

  private static Step compile(RateLimitAction action) {
    return switch (action) {
      case RateLimitAction.GenericKey(String key, String value) -> always(new Entry(key, value));
      case RateLimitAction.RequestHeader header ->
          (entries, request, exchange) -> {
            CharSequence value = request.get(header.header());
            if (value != null) {
              entries.add(new Entry(header.key(), value.toString()));
            }
            return value != null || header.skipIfAbsent();
          };
      case RateLimitAction.RemoteAddress() ->
          (entries, request, exchange) -> {
            InetAddress client = exchange.client().getAddress();
            if (client != null) {
              entries.add(new Entry("remote_address", AddressText.of(client)));
            }
            return client != null;
          };
      case RateLimitAction.HeaderValueMatch match -> {
        Predicate<RequestView> headers = HeaderMatcher.all(match.headers());
        Entry entry = new Entry(match.key(), match.value());
        yield (entries, request, exchange) ->
            headers.test(RequestHeadView.of(request)) == match.expected() && entries.add(entry);
      }
    };
  }

  private static Step always(Entry entry) {
    return (entries, request, exchange) -> entries.add(entry);
  }
}
