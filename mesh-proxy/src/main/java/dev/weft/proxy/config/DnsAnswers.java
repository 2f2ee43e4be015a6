package dev.weft.proxy.config;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DnsResolution;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.random.RandomGenerator;

/** What of an answer counts, and when the next is asked for after failures. */
final class DnsAnswers {
  private static final int MOST_DOUBLINGS = 30;

  /** Addresses of a logical endpoint: each connection may try them all. */
  private static final int MOST = 64;

  private DnsAnswers() {}

  /**
   * All addresses of the cluster's family: in one order, or of a logical endpoint, which has them
   * all, as the answer has them. A host that is an address itself counts whatever its family is.
   */
  static List<String> addresses(String host, List<InetAddress> all, Cluster.ByName dns) {
    boolean address = NetUtil.createByteArrayFromIpAddressString(host) != null;
    List<InetAddress> counting = address ? all : ofFamily(all, dns.resolution().family());
    return switch (dns) {
      case Cluster.StrictDns ignored ->
          counting.stream().map(InetAddress::getHostAddress).distinct().sorted().toList();
      case Cluster.LogicalDns ignored ->
          counting.stream().map(InetAddress::getHostAddress).distinct().limit(MOST).toList();
    };
  }

  private static List<InetAddress> ofFamily(List<InetAddress> all, DnsResolution.Family family) {
    List<InetAddress> v4 = all.stream().filter(Inet4Address.class::isInstance).toList();
    List<InetAddress> v6 =
        all.stream().filter(address -> !(address instanceof Inet4Address)).toList();
    return switch (family) {
      case V4_ONLY -> v4;
      case V6_ONLY -> v6;
      case AUTO -> v6.isEmpty() ? v4 : v6;
      case V4_PREFERRED -> v4.isEmpty() ? v6 : v4;
      case ALL -> all;
    };
  }

  /** Below a bound that doubles with each failure. */
  static long pauseMillis(DnsResolution.Backoff backoff, int failures, RandomGenerator random) {
    long base = backoff.base().toMillis();
    long max = backoff.max().toMillis();
    int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
    long bound = base > max >> doublings ? max : base << doublings;
    return random.nextLong(Math.max(1, bound));
  }
}
