package dev.weft.proxy.telemetry;

import dev.weft.xds.model.Listener.TrafficDirection;
import java.util.List;

/**
 * Where the data path reports what it does. Cells are looked up by name when a Runtime is compiled
 * and kept over Runtimes, never per request; the same name gives the same cell. Safe for use from
 * any thread.
 */
public interface Telemetry {
  /** The cells of a cluster. */
  ClusterStats cluster(String cluster);

  /** The cells of the connection managers with this stat_prefix. */
  HttpStats http(String statPrefix);

  /** The cells of the TCP relays with this stat_prefix. */
  TcpStats tcp(String statPrefix);

  /** The cells of a listener. */
  ListenerStats listener(String listener);

  /** A count of a filter; the same for the same name as long as somebody holds it. */
  Counter counter(StatName name);

  /** The counts of gRPC calls. */
  GrpcCounts grpc();

  /** Counts requests that are of these groups; of none, for their cluster alone. */
  RequestTally tally(List<RequestGroup> groups);

  /** Starts and carries on traces for the requests of listeners of this direction. */
  Tracing tracing(TrafficDirection direction);

  /** Is told of every exchange and relayed connection that ended: the access log, taps. */
  ExchangeObserver exchanges(TrafficDirection direction);
}
