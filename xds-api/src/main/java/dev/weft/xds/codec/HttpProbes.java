package dev.weft.xds.codec;

import com.google.protobuf.UInt64Value;
import dev.weft.xds.model.HealthCheck.Http;
import dev.weft.xds.model.HealthCheck.Statuses;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code envoy.config.core.v3.HealthCheck.HttpHealthCheck}. */
final class HttpProbes {
  private static final Set<RequestMethod> WITH_BODY =
      EnumSet.of(RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.OPTIONS);
  private static final List<Statuses> OK = List.of(new Statuses(200, 201));
  private static final int DEFAULT_BUFFER = 1024;
  private static final int MAX_BUFFER = 1 << 20;

  private HttpProbes() {}

  static Http decode(HttpHealthCheck http, DecodeScope scope) {
    scope.at("host").require(HeaderNames.isValue(http.getHost()), "has a line end or a NUL");
    scope.at("path").require(HeaderNames.isValue(http.getPath()), "has a line end or a NUL");
    List<Statuses> expected = statuses(http.getExpectedStatusesList(), "expected_statuses", scope);
    return new Http(
        method(http, scope.at("method")),
        http.getHost(),
        Wire.text(http.getPath(), scope.at("path")),
        Probes.texts(http.getRequestHeadersToAddList(), "request_headers_to_add", scope),
        removed(http, scope),
        send(http, scope.at("send")),
        Probes.payloads(http.getReceiveList(), scope),
        buffer(http, scope.at("response_buffer_size")),
        expected.isEmpty() ? OK : expected,
        statuses(http.getRetriableStatusesList(), "retriable_statuses", scope),
        http2(http.getCodecClientType(), scope.at("codec_client_type")),
        http.hasServiceNameMatcher()
            ? StringMatches.decode(http.getServiceNameMatcher(), scope.at("service_name_matcher"))
            : null);
  }

  private static int buffer(HttpHealthCheck http, DecodeScope scope) {
    if (!http.hasResponseBufferSize()) {
      return DEFAULT_BUFFER;
    }
    long size = http.getResponseBufferSize().getValue();
    return scope.require(
            0 < size && size <= MAX_BUFFER, "is " + size + ", must be 1.." + MAX_BUFFER)
        ? (int) size
        : DEFAULT_BUFFER;
  }

  private static String method(HttpHealthCheck http, DecodeScope scope) {
    return switch (http.getMethod()) {
      case METHOD_UNSPECIFIED -> "GET";
      case CONNECT, UNRECOGNIZED -> {
        scope.problem("is not supported");
        yield "GET";
      }
      default -> http.getMethod().name();
    };
  }

  private static List<String> removed(HttpHealthCheck http, DecodeScope scope) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < http.getRequestHeadersToRemoveCount(); i++) {
      names.add(
          HeaderNames.changed(
              http.getRequestHeadersToRemove(i), scope.at("request_headers_to_remove", i)));
    }
    return names;
  }

  private static String send(HttpHealthCheck http, DecodeScope scope) {
    if (!http.hasSend()) {
      return "";
    }
    scope.require(
        WITH_BODY.contains(http.getMethod()), "needs a method of " + WITH_BODY + ", for a body");
    return Probes.payload(http.getSend(), scope);
  }

  private static List<Statuses> statuses(List<Int64Range> ranges, String field, DecodeScope scope) {
    List<Statuses> statuses = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      long start = ranges.get(i).getStart();
      long end = ranges.get(i).getEnd();
      if (scope
          .at(field, i)
          .require(
              100 <= start && start < end && end <= 600,
              "must be a range within 100..599: start and, beyond the last, end")) {
        statuses.add(new Statuses((int) start, (int) end));
      }
    }
    return statuses;
  }

  private static boolean http2(CodecClientType type, DecodeScope scope) {
    return switch (type) {
      case HTTP1 -> false;
      case HTTP2 -> true;
      case HTTP3, UNRECOGNIZED -> {
        scope.problem("is not supported: only HTTP1 and HTTP2 are");
        yield false;
      }
    };
  }

  static HttpHealthCheck encode(Http http) {
    HttpHealthCheck.Builder encoded =
        HttpHealthCheck.newBuilder()
            .setMethod(RequestMethod.valueOf(http.method()))
            .setHost(http.host())
            .setPath(http.path())
            .addAllRequestHeadersToAdd(HeaderMutationsCodec.encode(http.add()))
            .addAllRequestHeadersToRemove(http.remove())
            .setResponseBufferSize(UInt64Value.of(http.bufferBytes()))
            .setCodecClientType(http.http2() ? CodecClientType.HTTP2 : CodecClientType.HTTP1);
    if (!http.send().isEmpty()) {
      encoded.setSend(Probes.payload(http.send()));
    }
    http.receive().forEach(bytes -> encoded.addReceive(Probes.payload(bytes)));
    http.expected().forEach(range -> encoded.addExpectedStatuses(range(range)));
    http.retriable().forEach(range -> encoded.addRetriableStatuses(range(range)));
    if (http.serviceName() != null) {
      encoded.setServiceNameMatcher(StringMatches.encode(http.serviceName()));
    }
    return encoded.build();
  }

  private static Int64Range range(Statuses statuses) {
    return Int64Range.newBuilder().setStart(statuses.first()).setEnd(statuses.end()).build();
  }
}
