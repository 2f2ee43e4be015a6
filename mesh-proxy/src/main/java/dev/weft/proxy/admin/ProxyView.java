package dev.weft.proxy.admin;

import dev.weft.proxy.config.Assembly;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.filter.breaker.Breakers;
import dev.weft.proxy.identity.CertificateClient;
import dev.weft.proxy.telemetry.PrometheusText;
import dev.weft.proxy.telemetry.StatRules;
import dev.weft.xds.client.AdsClient;
import dev.weft.xds.client.ResourceStore;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the admin pages show of a proxy, and what they may do to it. */
public interface ProxyView {
  /** How far it is, by Envoy's names. */
  enum State {
    PRE_INITIALIZING,
    INITIALIZING,
    LIVE,
    DRAINING
  }

  /** How far it is. */
  State state();

  /** Whether it takes traffic. */
  default boolean ready() {
    return state() == State.LIVE && !failed();
  }

  /** Whether an operator made it say that it is not healthy. */
  boolean failed();

  /** Says, or takes back, that it is not healthy. */
  void fail(boolean failed);

  /** Its version. */
  String version();

  /** Who it is; may be empty. */
  String nodeId();

  /** The service it is of; may be empty. */
  String nodeCluster();

  /** Since when it runs, in seconds. */
  long uptimeSeconds();

  /** What is in force. */
  Runtime runtime();

  /** The breakers of its filters. */
  Breakers breakers();

  /** What it came from, and what is waited for. */
  Assembly assembly();

  /** What could not be applied. */
  List<String> failures();

  /** Where listeners are bound. */
  Map<String, InetSocketAddress> addresses();

  /** The identity of the workload; null for a proxy without. */
  @Nullable CertificateClient certificates();

  /** What the control plane sent; null without one. */
  @Nullable ResourceStore store();

  /** The stream to the control plane; null without one. */
  @Nullable AdsClient ads();

  /** Which statistics are shown, and what they are called. */
  StatRules statRules();

  /** All metrics. */
  void writeMetrics(PrometheusText out);

  /** All counts by plain names. */
  void writeStats(StringBuilder out);

  /** Metrics of the process, in Prometheus' text format. */
  String processMetrics();

  /** Stops accepting; open connections finish. */
  void drain();

  /** Ends the proxy as a signal would. */
  void quit();
}
