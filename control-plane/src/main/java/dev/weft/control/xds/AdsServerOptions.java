package dev.weft.control.xds;

import java.time.Duration;

/**
 * How a control-plane node serves xDS.
 *
 * @param nodeName unique among the nodes of the control plane
 * @param host the address to listen on
 * @param port 0..65535; 0 picks a free one
 * @param trustDomain of the SPIFFE IDs
 * @param pushWindow after a push, the next waits at least this long and takes all changes with it
 * @param reconnectGrace how long the endpoint of a sidecar stays whose stream broke
 * @param nodeGrace how long the sidecars of a node that is gone have to reconnect anywhere
 * @param nodeGoneAfter how long a node's heartbeat may stand still
 * @param poll how often the database is read although nobody said that it changed
 * @param keepAlive how often a quiet connection is probed; unanswered, it ends
 */
public record AdsServerOptions(
    String nodeName,
    String host,
    int port,
    String trustDomain,
    Duration pushWindow,
    Duration reconnectGrace,
    Duration nodeGrace,
    Duration nodeGoneAfter,
    Duration poll,
    Duration keepAlive) {
  /** The conventions' defaults for a node that listens there. */
  public static AdsServerOptions of(String nodeName, String host, int port, String trustDomain) {
    return new AdsServerOptions(
        nodeName,
        host,
        port,
        trustDomain,
        Duration.ofMillis(50),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(6),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10));
  }
}
