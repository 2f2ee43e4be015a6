package dev.weft.proxy;

import dev.weft.proxy.loop.BodyBudget;
import dev.weft.proxy.overload.Memory;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.overload.OverloadAction;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.telemetry.PrometheusText;

/** What memory there is, and what is shed for want of it, by Envoy's names where it has some. */
final class OverloadMetrics {
  private final Overload overload;
  private final BodyBudget bodies;
  private final WindowBudget windows;
  private final Memory memory = new Memory();

  OverloadMetrics(Overload overload, BodyBudget bodies, WindowBudget windows) {
    this.overload = overload;
    this.bodies = bodies;
    this.windows = windows;
  }

  void writePrometheus(PrometheusText out) {
    gauges((name, value) -> out.single(name, "gauge", value));
    own((name, value) -> out.single(name, "gauge", value));
    out.single("weft_waiting_body_refused_total", "counter", bodies.refusals());
  }

  void writePlain(StringBuilder out) {
    gauges((name, value) -> line(out, name, value));
    own((name, value) -> line(out, name, value));
    line(out, "weft_waiting_body_refused_total", bodies.refusals());
  }

  private interface Out {
    void put(String name, long value);
  }

  private void gauges(Out out) {
    for (OverloadAction action : OverloadAction.values()) {
      String name = "overload." + action.fullName();
      out.put(name + ".active", overload.level(action) >= 1 ? 1 : 0);
      out.put(name + ".scale_percent", Math.round(overload.level(action) * 100));
    }
    out.put(
        "overload.envoy.resource_monitors.fixed_heap.pressure",
        Math.round(overload.pressure() * 100));
  }

  private void own(Out out) {
    out.put("weft_heap_live_bytes", memory.liveHeap());
    out.put("weft_heap_max_bytes", memory.maxHeap());
    out.put("weft_direct_memory_bytes", memory.direct());
    out.put("weft_direct_memory_max_bytes", memory.maxDirect());
    out.put("weft_waiting_body_bytes", bodies.taken());
    out.put("weft_waiting_body_max_bytes", bodies.max());
    out.put("weft_lent_window_bytes", windows.taken());
    out.put("weft_lent_window_max_bytes", windows.max());
  }

  private static void line(StringBuilder out, String name, long value) {
    out.append(name).append(": ").append(value).append('\n');
  }
}
