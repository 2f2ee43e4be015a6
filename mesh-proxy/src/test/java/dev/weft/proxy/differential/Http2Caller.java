package dev.weft.proxy.differential;

import static dev.weft.proxy.testkit.Soon.await;

import dev.weft.proxy.testkit.RawHttp2;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.core.ConditionTimeoutException;

/** Speaks HTTP/2 by the frame. */
final class Http2Caller extends Http2FrameAdapter implements Caller {
  private static final int FIRST_STREAM = 1;

  private final Scenario scenario;
  private final Masks masks;
  private final RawHttp2 client;
  private final Map<Integer, Answered> streams = new ConcurrentHashMap<>();
  private final Queue<Integer> unfinished = new ArrayDeque<>();
  private int next = FIRST_STREAM;

  /** What came on a stream; changed on the loop only. */
  private static final class Answered {
    final Exchange exchange = new Exchange();
    final StringBuilder body = new StringBuilder();
    String status;
    volatile boolean continued;
    volatile boolean over;
  }

  Http2Caller(Vertx vertx, int port, Certificates certificates, Scenario scenario, Masks masks) {
    this.scenario = scenario;
    this.masks = masks;
    client =
        RawHttp2.client(
            vertx, port, scenario.tls() == null ? null : certificates.client(scenario.tls()), this);
  }

  @Override
  public void send(Call call) {
    int stream = next;
    next += 2;
    streams.put(stream, new Answered());
    unfinished.add(stream);
    boolean end = call.body().isEmpty() && call.trailers().isEmpty() && !call.unfinished();
    client.head(stream, end, fields(call));
    if (!end && !call.expect()) {
      rest(stream, call);
    }
  }

  private String[] fields(Call call) {
    List<String> fields = new ArrayList<>();
    fields.addAll(List.of(":method", call.method()));
    fields.addAll(List.of(":scheme", scenario.tls() == null ? "http" : "https"));
    if (!call.path().isEmpty()) {
      fields.addAll(List.of(":path", call.path()));
    }
    if (call.host() != null) {
      fields.addAll(List.of(":authority", call.host()));
    }
    fields.addAll(call.headers());
    return fields.toArray(String[]::new);
  }

  private void rest(int stream, Call call) {
    boolean last = call.trailers().isEmpty() && !call.unfinished();
    if (!call.body().isEmpty()) {
      client.write(
          (w, c) -> w.writeData(c, stream, RawHttp2.text(call.body()), 0, last, c.newPromise()));
    }
    if (!call.trailers().isEmpty()) {
      client.fields(stream, true, call.trailers().toArray(String[]::new));
    }
  }

  @Override
  public void finish(Call call, Exchange into) {
    int stream = unfinished.remove();
    Answered answered = streams.get(stream);
    try {
      if (call.expect()) {
        await("100").until(() -> answered.continued || ended(answered));
        if (answered.continued) {
          rest(stream, call);
        }
      }
      await("the end of a stream").until(() -> ended(answered));
    } catch (ConditionTimeoutException e) {
      answered.exchange.add("silence");
    }
    into.take(answered.exchange);
    into.result(String.valueOf(answered.status), answered.body.toString());
    if (!answered.over) {
      into.add("the end of the connection before it");
    }
  }

  private boolean ended(Answered answered) {
    return answered.over || client.closed().isDone();
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean end) {
    Answered answered = streams.get(stream);
    if (headers.status() == null) {
      body(answered);
      answered.exchange.head("trailers", list(headers), scenario, masks);
    } else {
      answered.status = headers.status().toString();
      answered.exchange.head("HTTP/2 " + answered.status, list(headers), scenario, masks);
      answered.continued |= answered.status.startsWith("1");
    }
    if (end) {
      if (headers.status() != null) {
        body(answered);
      }
      answered.over = true;
    }
  }

  private void body(Answered answered) {
    if (!scenario.ignores("body")) {
      answered.exchange.add("body " + Exchange.quoted(answered.body.toString()));
    }
  }

  private static List<Map.Entry<String, String>> list(Http2Headers headers) {
    List<Map.Entry<String, String>> list = new ArrayList<>();
    headers.forEach(
        field -> {
          if (field.getKey().charAt(0) != ':') {
            list.add(Map.entry(field.getKey().toString(), field.getValue().toString()));
          }
        });
    return list;
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean end) {
    Answered answered = streams.get(stream);
    answered.body.append(data.toString(StandardCharsets.ISO_8859_1));
    if (end) {
      body(answered);
      answered.over = true;
    }
    return 0;
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long code) {
    Answered answered = streams.get(stream);
    if (answered != null && !answered.over) {
      answered.exchange.add(
          "after body "
              + Exchange.quoted(answered.body.toString())
              + " reset "
              + Http2Error.valueOf(code));
      answered.over = true;
    }
  }

  @Override
  public void abort() {
    for (int stream : unfinished) {
      client.write((w, c) -> w.writeRstStream(c, stream, Http2Error.CANCEL.code(), c.newPromise()));
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
