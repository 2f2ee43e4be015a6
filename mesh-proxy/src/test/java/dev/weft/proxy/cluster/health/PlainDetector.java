package dev.weft.proxy.cluster.health;

import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import dev.weft.xds.model.OutlierDetection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * Envoy's description of outlier detection, word for word: slow, for one thread, and with
 * everything kept that happened.
 */
final class PlainDetector {
  static final class Host {
    int fiveXx;
    int gateway;
    int local;
    final List<Boolean> answers = new ArrayList<>();
    final List<Boolean> connections = new ArrayList<>();
    boolean out;
    long since;
    long lasts;
    int multiplier;
  }

  final List<Host> hosts = new ArrayList<>();
  final Map<Outlier, Integer> found = new EnumMap<>(Outlier.class);
  final Map<Outlier, Integer> ejected = new EnumMap<>(Outlier.class);
  int overflows;
  private final OutlierDetection config;
  private final LongUnaryOperator dice;

  PlainDetector(OutlierDetection config, int hosts, LongUnaryOperator dice) {
    this.config = config;
    this.dice = dice;
    for (int i = 0; i < hosts; i++) {
      this.hosts.add(new Host());
    }
  }

  void connected(Host host) {
    if (config.splitExternalLocalOriginErrors()) {
      host.connections.add(true);
      host.local = 0;
    }
  }

  void relayed(Host host) {
    if (config.splitExternalLocalOriginErrors()) {
      connected(host);
    } else {
      status(host, 200, 0);
    }
  }

  void status(Host host, int status, long now) {
    host.answers.add(status < 500);
    if (status < 500) {
      host.fiveXx = 0;
      host.gateway = 0;
      return;
    }
    if (List.of(502, 503, 504).contains(status)) {
      host.gateway++;
      if (host.gateway == config.gateway().failures()) {
        host.gateway = 0;
        row(host, Outlier.CONSECUTIVE_GATEWAY_FAILURE, config.gateway().enforcing(), now);
      }
    } else {
      host.gateway = 0;
    }
    host.fiveXx++;
    if (host.fiveXx == config.fiveXx().failures()) {
      host.fiveXx = 0;
      row(host, Outlier.CONSECUTIVE_5XX, config.fiveXx().enforcing(), now);
    }
  }

  void noAnswer(Host host, long now) {
    if (!config.splitExternalLocalOriginErrors()) {
      status(host, 503, now);
      return;
    }
    host.connections.add(false);
    host.local++;
    if (host.local == config.localOrigin().failures()) {
      host.local = 0;
      row(host, Outlier.CONSECUTIVE_LOCAL_ORIGIN_FAILURE, config.localOrigin().enforcing(), now);
    }
  }

  private void row(Host host, Outlier kind, int enforcing, long now) {
    if (!host.out) {
      detect(host, kind, enforcing, now);
    }
  }

  private void detect(Host host, Outlier kind, int enforcing, long now) {
    found.merge(kind, 1, Integer::sum);
    boolean enforced = enforcing == 100 || enforcing != 0 && dice.applyAsLong(100) < enforcing;
    long mostJitter = config.ejection().jitter().toMillis();
    long jitter = enforced && mostJitter > 0 ? dice.applyAsLong(mostJitter + 1) : 0;
    if (host.out) {
      return;
    }
    long out = hosts.stream().filter(each -> each.out).count();
    boolean within = 100.0 * (out + 1) / hosts.size() <= config.ejection().maxPercent();
    if (!within && !(out == 0 && config.ejection().alwaysOne())) {
      overflows++;
      return;
    }
    if (!enforced) {
      return;
    }
    ejected.merge(kind, 1, Integer::sum);
    host.out = true;
    host.since = now;
    long base = config.ejection().base().toNanos();
    long longest = config.ejection().longest().toNanos();
    if (host.multiplier * base < longest + base) {
      host.multiplier++;
    }
    host.lasts = Math.min(host.multiplier * base, longest) + jitter * 1_000_000;
  }

  void tick(long now) {
    for (Host host : hosts) {
      if (host.out) {
        if (now - host.since >= host.lasts) {
          host.out = false;
          host.fiveXx = 0;
          host.gateway = 0;
          host.local = 0;
        }
      } else if (host.multiplier > 0) {
        host.multiplier--;
      }
    }
    List<Host> in = hosts.stream().filter(host -> !host.out).toList();
    compare(in, false, now);
    compare(in, true, now);
    for (Host host : hosts) {
      host.answers.clear();
      host.connections.clear();
    }
  }

  private static List<Boolean> of(Host host, boolean local) {
    return local ? host.connections : host.answers;
  }

  private static double rate(Host host, boolean local) {
    List<Boolean> all = of(host, local);
    return all.stream().filter(success -> success).count() * 100.0 / all.size();
  }

  private static List<Host> withVolume(List<Host> hosts, boolean local, int volume) {
    return hosts.stream()
        .filter(host -> !of(host, local).isEmpty() && of(host, local).size() >= volume)
        .toList();
  }

  private void compare(List<Host> in, boolean local, long now) {
    var successRate = config.successRate();
    List<Host> some = withVolume(in, local, successRate.requestVolume());
    // Ejections of one comparison must not change its figures.
    List<Host> worse = new ArrayList<>();
    if (!some.isEmpty() && some.size() >= successRate.minimumHosts()) {
      double mean = some.stream().mapToDouble(host -> rate(host, local)).reduce(0, Double::sum);
      mean /= some.size();
      double variance = 0;
      for (Host host : some) {
        variance += (rate(host, local) - mean) * (rate(host, local) - mean);
      }
      variance /= some.size();
      double threshold = mean - Math.sqrt(variance) * (successRate.stdevFactor() / 1000.0);
      some.stream().filter(host -> rate(host, local) < threshold).forEach(worse::add);
    }
    var failures = config.failurePercentage();
    for (Host host : worse) {
      detect(
          host,
          local ? Outlier.LOCAL_ORIGIN_SUCCESS_RATE : Outlier.SUCCESS_RATE,
          local ? successRate.enforcingLocalOrigin() : successRate.enforcing(),
          now);
    }
    List<Host> volume = withVolume(in, local, failures.requestVolume());
    if (volume.size() < failures.minimumHosts()) {
      return;
    }
    for (Host host : volume) {
      if (100.0 - rate(host, local) >= failures.threshold()) {
        detect(
            host,
            local ? Outlier.LOCAL_ORIGIN_FAILURE_PERCENTAGE : Outlier.FAILURE_PERCENTAGE,
            local ? failures.enforcingLocalOrigin() : failures.enforcing(),
            now);
      }
    }
  }
}
