package dev.weft.proxy.cluster.balance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weft.xds.model.LbPolicy.ClientSideWeighted;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint says of its load with an answer ({@code xds.data.orca.v3.OrcaLoadReport}): in
 * {@code endpoint-load-metrics}, as text, JSON or base64, or in {@code endpoint-load-metrics-bin}.
 *
 * @param metrics by names as {@code cpu_utilization} or {@code named_metrics.x}
 */
record LoadReport(Map<String, Double> metrics) {
  private static final AsciiString TEXT = AsciiString.cached("endpoint-load-metrics");
  private static final AsciiString BINARY = AsciiString.cached("endpoint-load-metrics-bin");

  /** What is read at most: a report is a few hundred bytes. */
  private static final int LONGEST = 8192;

  private static final int MOST_METRICS = 128;
  private static final JsonFactory JSON = new JsonFactory();
  private static final String[] FIELDS = {
    "",
    "cpu_utilization",
    "mem_utilization",
    "",
    "request_cost.",
    "utilization.",
    "rps_fractional",
    "eps",
    "named_metrics.",
    "application_utilization"
  };
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;

  /** The report in these headers or trailers; null if there is none that can be read. */
  static @Nullable LoadReport of(Http2Headers headers) {
    CharSequence binary = headers.get(BINARY);
    CharSequence text = binary == null ? headers.get(TEXT) : binary;
    if (text == null || text.length() > LONGEST) {
      return null;
    }
    Map<String, Double> metrics = new HashMap<>();
    try {
      if (binary != null) {
        binary(Base64.getDecoder().decode(binary.toString()), metrics);
      } else {
        String all = text.toString();
        if (all.startsWith("BIN ")) {
          binary(Base64.getDecoder().decode(all.substring(4).strip()), metrics);
        } else if (all.startsWith("JSON ")) {
          json(all.substring(5), metrics);
        } else if (all.startsWith("TEXT ")) {
          text(all.substring(5), metrics);
        } else {
          return null;
        }
      }
    } catch (IllegalArgumentException | IOException | BufferUnderflowException e) {
      return null; // an endpoint that reports nonsense is as one that reports nothing
    }
    return new LoadReport(metrics);
  }

  private static void text(String list, Map<String, Double> metrics) {
    for (String entry : list.split(",", MOST_METRICS)) {
      String[] parts = entry.split("=", 2);
      if (parts.length == 2) {
        metrics.put(parts[0].strip(), Double.valueOf(parts[1].strip()));
      }
    }
  }

  private static void json(String object, Map<String, Double> metrics) throws IOException {
    try (JsonParser parser = JSON.createParser(object)) {
      String prefix = "";
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_OBJECT && parser.currentName() != null) {
          prefix = snakeCase(parser.currentName()) + ".";
        } else if (token == JsonToken.END_OBJECT) {
          prefix = "";
        } else if (token.isNumeric() && metrics.size() < MOST_METRICS) {
          String name = String.valueOf(parser.currentName());
          metrics.put(prefix.isEmpty() ? snakeCase(name) : prefix + name, parser.getDoubleValue());
        }
      }
    }
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static void binary(byte[] message, Map<String, Double> metrics) {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      long tag = varint(in);
      int field = (int) (tag >>> 3);
      int wire = (int) (tag & 7);
      String name = field >= 0 && field < FIELDS.length ? FIELDS[field] : "";
      if (wire == FIXED64) {
        double value = in.getDouble();
        if (!name.isEmpty()) {
          metrics.put(name, value);
        }
      } else if (wire == LENGTH) {
        ByteBuffer entry = part(in);
        if (name.endsWith(".")) {
          entry(name, entry, metrics);
        }
      } else {
        skip(in, wire);
      }
    }
  }

  private static void entry(String prefix, ByteBuffer entry, Map<String, Double> metrics) {
    String key = "";
    double value = 0;
    while (entry.hasRemaining()) {
      long tag = varint(entry);
      int wire = (int) (tag & 7);
      if (tag >>> 3 == 1 && wire == LENGTH) {
        key = StandardCharsets.UTF_8.decode(part(entry)).toString();
      } else if (tag >>> 3 == 2 && wire == FIXED64) {
        value = entry.getDouble();
      } else {
        skip(entry, wire);
      }
    }
    if (metrics.size() < MOST_METRICS) {
      metrics.put(prefix + key, value);
    }
  }

  private static ByteBuffer part(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a part of " + length + " bytes");
    }
    ByteBuffer part = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + (int) length);
    return part;
  }

  private static void skip(ByteBuffer in, int wire) {
    switch (wire) {
      case 0 -> varint(in);
      case 1 -> in.getLong();
      case 2 -> part(in);
      case 5 -> in.getInt();
      default -> throw new IllegalArgumentException("wire type " + wire);
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }

  private double metric(String name) {
    return metrics.getOrDefault(name, 0.0);
  }

  /** Requests for each unit of utilization, less what errors cost; 0 if the report does not say. */
  double weight(ClientSideWeighted policy) {
    double rate = metric("rps_fractional");
    double utilization = metric("application_utilization");
    if (utilization <= 0) {
      for (String name : policy.metrics()) {
        utilization = Math.max(utilization, metric(name));
      }
    }
    if (utilization <= 0) {
      utilization = metric("cpu_utilization");
    }
    if (!(rate > 0) || !(utilization > 0)) {
      return 0;
    }
    double errors = Math.max(0, metric("eps"));
    double weight = rate / (utilization + errors / rate * policy.errorPenalty());
    return Double.isFinite(weight) ? weight : 0;
  }
}
