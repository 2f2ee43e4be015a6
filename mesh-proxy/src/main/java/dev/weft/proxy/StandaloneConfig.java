package dev.weft.proxy;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.config.ConfigFollower;
import dev.weft.proxy.config.ConfigTarget;
import dev.weft.proxy.config.DnsEndpoints;
import dev.weft.proxy.config.Resources;
import dev.weft.proxy.tls.Secrets;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.net.InetAddress;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/** A standalone proxy's configuration: static but for the addresses of its clusters' names. */
final class StandaloneConfig {
  private final Bootstrap bootstrap;
  private final DnsEndpoints dns;
  private final ConfigFollower follower;

  StandaloneConfig(
      Bootstrap bootstrap, Secrets secrets, ScheduledExecutorService timer, ConfigTarget target) {
    this.bootstrap = bootstrap;
    this.follower = new ConfigFollower(this::resources, target, assembly -> {});
    this.dns = new DnsEndpoints(timer, InetAddress::getAllByName, follower::refresh);
    secrets.sds(bootstrap.secrets());
  }

  void start() {
    dns.follow(bootstrap.resources().clusters().values());
    follower.refresh();
  }

  ConfigFollower follower() {
    return follower;
  }

  /** Names that are not resolved yet keep nothing waiting: requests to them are answered 503. */
  private Resources resources() {
    Resources fixed = bootstrap.resources();
    return new Resources(
        fixed.listeners(),
        fixed.routes(),
        fixed.clusters(),
        fixed.endpoints(),
        dns.resolved(),
        fixed.clusters().values().stream()
            .filter(cluster -> cluster.discovery() instanceof Cluster.StrictDns)
            .map(cluster -> new ResourceKey(XdsType.CLUSTER, cluster.name()))
            .collect(Collectors.toUnmodifiableSet()));
  }
}
