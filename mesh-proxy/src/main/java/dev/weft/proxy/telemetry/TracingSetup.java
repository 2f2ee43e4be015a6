package dev.weft.proxy.telemetry;

import dev.weft.xds.model.Listener.TrafficDirection;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tracing as the standard {@code OTEL_*} variables say. Where they name no exporter nothing of the
 * SDK is loaded, and the headers of traces pass through.
 *
 * @see <a
 *     href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">The
 *     variables</a>
 */
public final class TracingSetup implements MeshTelemetry.TracingSource, AutoCloseable {
  /** Says at every export that its queue was full. Held, or what is set here would be lost. */
  private static final Logger QUEUE =
      Logger.getLogger("io.opentelemetry.sdk.trace.export.BatchSpanProcessor");

  private final @Nullable OpenTelemetrySdk sdk;
  private final Tracing inbound;
  private final Tracing outbound;

  private TracingSetup(@Nullable OpenTelemetrySdk sdk, Tracing inbound, Tracing outbound) {
    this.sdk = sdk;
    this.inbound = inbound;
    this.outbound = outbound;
  }

  /**
   * Sets tracing up.
   *
   * @param environment the process's variables
   * @param service used as {@code service.name} unless the variables name one
   */
  public static TracingSetup of(Map<String, String> environment, String service) {
    if (!exports(environment)) {
      Tracing none = new PassThroughTracing();
      return new TracingSetup(null, none, none);
    }
    QUEUE.setFilter(new ThinnedLog(System::nanoTime));
    Map<String, String> defaults = new HashMap<>();
    defaults.put("otel.service.name", service);
    defaults.put("otel.metrics.exporter", "none");
    defaults.put("otel.logs.exporter", "none");
    defaults.put("otel.traces.exporter", "otlp");
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> defaults)
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    return new TracingSetup(
        sdk,
        new OpenTelemetryTracing(sdk, SpanKind.SERVER),
        new OpenTelemetryTracing(sdk, SpanKind.CLIENT));
  }

  private static boolean exports(Map<String, String> environment) {
    String exporter = environment.getOrDefault("OTEL_TRACES_EXPORTER", "");
    boolean named =
        !exporter.isEmpty()
            || environment.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT")
            || environment.containsKey("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    return named
        && !exporter.equals("none")
        && !environment.getOrDefault("OTEL_SDK_DISABLED", "").equalsIgnoreCase("true");
  }

  @Override
  public Tracing of(TrafficDirection direction) {
    return direction == TrafficDirection.OUTBOUND ? outbound : inbound;
  }

  /** Sends what is pending, waiting at most two seconds. */
  @Override
  public void close() {
    if (sdk != null) {
      sdk.shutdown().join(2, TimeUnit.SECONDS);
    }
  }
}
