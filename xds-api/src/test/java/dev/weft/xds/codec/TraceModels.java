package dev.weft.xds.codec;

import dev.weft.xds.model.CustomTag;
import dev.weft.xds.model.Decorator;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.MetadataKind;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.RequestTracing;
import dev.weft.xds.model.RouteTracing;
import dev.weft.xds.model.SpanExport;
import dev.weft.xds.model.SpanSettings;
import dev.weft.xds.model.TraceSampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random models of how requests are traced. */
final class TraceModels {
  private final Random random;

  TraceModels(Random random) {
    this.random = random;
  }

  RouteTracing ofRoute() {
    return new RouteTracing(sampling(1_000_000), tags());
  }

  Decorator decorator() {
    return new Decorator(text(), random.nextBoolean());
  }

  Map<String, Map<String, MetadataValue>> metadata() {
    return Map.of(
        text(),
        Map.of(
            text(),
            new MetadataValue.Fields(Map.of(text(), new MetadataValue.Text(text()))),
            "number",
            new MetadataValue.Number(random.nextInt(9))));
  }

  RequestTracing ofManager() {
    return new RequestTracing(
        sampling(10_000),
        random.nextBoolean()
            ? null
            : new SpanSettings(
                export(), tags(), random.nextBoolean(), random.nextInt(500), random.nextBoolean()));
  }

  private TraceSampling sampling(int overall) {
    return new TraceSampling(
        new Fraction(random.nextInt(101), 100),
        new Fraction(random.nextInt(10_001), 10_000),
        new Fraction(random.nextInt(overall + 1), overall));
  }

  private SpanExport export() {
    return new SpanExport(
        text(),
        random.nextBoolean()
            ? new SpanExport.Grpc(random.nextBoolean() ? "" : text())
            : new SpanExport.Http(text() + ":4318", "/" + text()),
        Duration.ofMillis(random.nextInt(5000)),
        random.nextBoolean() ? List.of() : List.of(new SpanExport.Header("x-" + text(), text())),
        random.nextBoolean() ? "" : text(),
        random.nextBoolean()
            ? List.of()
            : List.of(new SpanExport.Environment(), new SpanExport.Fixed(Map.of(text(), text()))),
        5,
        Duration.ofSeconds(5));
  }

  private List<CustomTag> tags() {
    List<CustomTag> tags = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      tags.add(new CustomTag("tag" + i, source()));
    }
    return tags;
  }

  private CustomTag.Source source() {
    String otherwise = random.nextBoolean() ? "" : text();
    return switch (random.nextInt(4)) {
      case 0 -> new CustomTag.Literal(text());
      case 1 -> new CustomTag.Environment(text(), otherwise);
      case 2 -> new CustomTag.RequestHeader("x-" + text(), otherwise);
      default ->
          new CustomTag.Metadata(
              MetadataKind.values()[random.nextInt(MetadataKind.values().length)],
              text(),
              List.of(text(), text()),
              otherwise);
    };
  }

  private String text() {
    return "t" + Integer.toHexString(random.nextInt(1 << 16));
  }
}
