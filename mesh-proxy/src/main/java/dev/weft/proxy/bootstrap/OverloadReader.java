package dev.weft.proxy.bootstrap;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import dev.weft.proxy.overload.OverloadAction;
import dev.weft.proxy.overload.OverloadPlan;
import io.envoyproxy.envoy.config.overload.v3.OverloadManager;
import io.envoyproxy.envoy.config.overload.v3.ResourceMonitor;
import io.envoyproxy.envoy.config.overload.v3.Trigger;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code overload_manager}; what is not supported is a problem with its path. */
final class OverloadReader {
  private static final String HEAP = "envoy.resource_monitors.fixed_heap";
  private static final String CONNECTIONS =
      "envoy.resource_monitors.global_downstream_max_connections";
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Map<String, OverloadAction> ACTIONS =
      Stream.of(OverloadAction.values())
          .collect(Collectors.toUnmodifiableMap(OverloadAction::fullName, action -> action));

  private final List<String> problems;
  private final Set<String> monitors = new HashSet<>();
  private final List<OverloadPlan.Trigger> triggers = new ArrayList<>();
  private long maxHeap = Long.MAX_VALUE;
  private int maxConnections = Integer.MAX_VALUE;

  OverloadReader(List<String> problems) {
    this.problems = problems;
  }

  OverloadPlan read(OverloadManager message) {
    if (message.getLoadshedPointsCount() > 0) {
      problem("loadshed_points", "is not supported; use actions");
    }
    if (message.hasBufferFactoryConfig()) {
      problem("buffer_factory_config", "is not supported; remove it");
    }
    Duration interval =
        message.hasRefreshInterval()
            ? Duration.ofNanos(Durations.toNanos(message.getRefreshInterval()))
            : INTERVAL;
    if (interval.compareTo(SHORTEST) < 0) {
      problem("refresh_interval", "must be at least 10 ms");
    }
    for (int i = 0; i < message.getResourceMonitorsCount(); i++) {
      monitor("resource_monitors[" + i + "]", message.getResourceMonitors(i));
    }
    for (int i = 0; i < message.getActionsCount(); i++) {
      action("actions[" + i + "]", message.getActions(i));
    }
    return new OverloadPlan(interval, maxHeap, maxConnections, Map.of(), triggers);
  }

  private void problem(String path, String text) {
    problems.add("overload_manager." + path + ": " + text);
  }

  private void monitor(String path, ResourceMonitor monitor) {
    if (!monitors.add(monitor.getName())) {
      problem(path + ".name", "\"" + monitor.getName() + "\" is given twice");
    }
    try {
      switch (monitor.getName()) {
        case HEAP -> {
          FixedHeapConfig config = monitor.getTypedConfig().unpack(FixedHeapConfig.class);
          maxHeap = config.getMaxHeapSizeBytes();
          if (maxHeap <= 0) {
            problem(path + ".typed_config.max_heap_size_bytes", "must be more than 0");
          }
        }
        case CONNECTIONS -> {
          DownstreamConnectionsConfig config =
              monitor.getTypedConfig().unpack(DownstreamConnectionsConfig.class);
          long most = config.getMaxActiveDownstreamConnections();
          if (most <= 0) {
            problem(
                path + ".typed_config.max_active_downstream_connections", "must be more than 0");
          }
          maxConnections = (int) Math.min(Integer.MAX_VALUE, most);
        }
        default ->
            problem(
                path + ".name",
                "\""
                    + monitor.getName()
                    + "\" is not supported; use "
                    + HEAP
                    + " or "
                    + CONNECTIONS);
      }
    } catch (InvalidProtocolBufferException e) {
      problem(
          path + ".typed_config",
          "is " + monitor.getTypedConfig().getTypeUrl() + ", which is not what its name asks for");
    }
  }

  private void action(String path, io.envoyproxy.envoy.config.overload.v3.OverloadAction message) {
    OverloadAction action = ACTIONS.get(message.getName());
    if (action == null) {
      problem(
          path + ".name",
          "\""
              + message.getName()
              + "\" is not supported; there are "
              + ACTIONS.keySet().stream().sorted().toList());
      return;
    }
    if (message.hasTypedConfig()) {
      problem(path + ".typed_config", "is not supported; remove it");
    }
    for (int i = 0; i < message.getTriggersCount(); i++) {
      OverloadPlan.Trigger trigger =
          trigger(path + ".triggers[" + i + "]", action, message.getTriggers(i));
      if (trigger != null) {
        triggers.add(trigger);
      }
    }
  }

  private OverloadPlan.@Nullable Trigger trigger(
      String path, OverloadAction action, Trigger trigger) {
    if (!trigger.getName().equals(HEAP) || !monitors.contains(HEAP)) {
      problem(path + ".name", "must be " + HEAP + ", and that one of resource_monitors");
      return null;
    }
    switch (trigger.getTriggerOneofCase()) {
      case THRESHOLD -> {
        double value = trigger.getThreshold().getValue();
        if (!(value >= 0 && value <= 1)) {
          problem(path + ".threshold.value", "must be from 0 to 1");
          return null;
        }
        return new OverloadPlan.Trigger(action, value, value);
      }
      case SCALED -> {
        double from = trigger.getScaled().getScalingThreshold();
        double full = trigger.getScaled().getSaturationThreshold();
        if (!(from >= 0 && from < full && full <= 1)) {
          problem(
              path + ".scaled",
              "saturation_threshold must be more than scaling_threshold, both from 0 to 1");
          return null;
        }
        return new OverloadPlan.Trigger(action, from, full);
      }
      default -> {
        problem(path, "needs threshold or scaled");
        return null;
      }
    }
  }
}
