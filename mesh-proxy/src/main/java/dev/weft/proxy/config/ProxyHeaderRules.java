package dev.weft.proxy.config;

import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.ProxyHeaders;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which PROXY headers a listener takes, and the counts of what came. From any thread. */
public final class ProxyHeaderRules {
  private final ProxyHeaders allowed;
  private final Counter errors;
  private final Counter absentAllowed;
  private final Counter absentRefused;
  private final Map<ProxyHeaderVersion, Versioned> versions =
      new EnumMap<>(ProxyHeaderVersion.class);

  private record Versioned(Counter found, Counter disallowed, Counter broken) {}

  private ProxyHeaderRules(ProxyHeaders allowed, Telemetry telemetry) {
    this.allowed = allowed;
    this.errors =
        telemetry.counter(
            new StatName(
                "downstream_cx_proxy_proto_error",
                "envoy_downstream_cx_proxy_proto_error",
                List.of(),
                false));
    this.absentAllowed = telemetry.counter(name(null, "not_found_allowed"));
    this.absentRefused = telemetry.counter(name(null, "not_found_disallowed"));
    for (ProxyHeaderVersion version : ProxyHeaderVersion.values()) {
      versions.put(
          version,
          new Versioned(
              telemetry.counter(name(version, "found")),
              telemetry.counter(name(version, "disallowed")),
              telemetry.counter(name(version, "error"))));
    }
  }

  /** Those of a listener; null where it takes none. */
  static @Nullable ProxyHeaderRules of(@Nullable ProxyHeaders allowed, Telemetry telemetry) {
    return allowed == null ? null : new ProxyHeaderRules(allowed, telemetry);
  }

  private StatName name(@Nullable ProxyHeaderVersion version, String what) {
    List<String> labels = new ArrayList<>();
    String plain = "proxy_proto.";
    if (!allowed.statPrefix().isEmpty()) {
      plain += allowed.statPrefix() + ".";
      labels.addAll(List.of("envoy_proxy_protocol_prefix", allowed.statPrefix()));
    }
    if (version != null) {
      String number = Integer.toString(version.ordinal() + 1);
      plain += "versions.v" + number + ".";
      labels.addAll(List.of("envoy_proxy_protocol_version", number));
    }
    return new StatName(plain + what, "envoy_proxy_proto_" + what, labels, false);
  }

  /** What is taken. */
  public ProxyHeaders allowed() {
    return allowed;
  }

  /** A connection began with a header. */
  public void found(ProxyHeaderVersion version) {
    of(version).found().increment();
  }

  /** A connection began without one, and goes on. */
  public void absent() {
    absentAllowed.increment();
  }

  /** A connection is closed for the version of its header. */
  public void disallowed(ProxyHeaderVersion version) {
    of(version).found().increment();
    of(version).disallowed().increment();
  }

  /**
   * A connection is closed.
   *
   * @param version of its header, which is wrong; null where it has none
   */
  public void broken(@Nullable ProxyHeaderVersion version) {
    (version == null ? absentRefused : of(version).broken()).increment();
    errors.increment();
  }

  private Versioned of(ProxyHeaderVersion version) {
    Versioned counters = versions.get(version);
    if (counters == null) {
      throw new IllegalStateException("no counts of " + version);
    }
    return counters;
  }
}
