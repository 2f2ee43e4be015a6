package dev.weft.proxy.cluster.balance;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.MetadataValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Endpoints that a test can make busy, sick or slow. */
final class Hosts {
  private Hosts() {}

  static final class Host implements Candidate {
    final String name;
    int active;
    boolean ejected;
    double cost;
    double reported;
    long age = Long.MAX_VALUE;

    Host(String name) {
      this.name = name;
    }

    @Override
    public int activeRequests() {
      return active;
    }

    @Override
    public boolean ejected() {
      return ejected;
    }

    @Override
    public double cost() {
      return cost;
    }

    @Override
    public double reportedWeight(LbPolicy.ClientSideWeighted policy, long now) {
      return reported;
    }

    @Override
    public long ageNanos(long now) {
      return age;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Named 0, 1, 2, …, placed by host-0, host-1, …, with these weights. */
  static List<Member<Host>> keyed(int... weights) {
    List<Member<Host>> members = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      members.add(
          new Member<>(
              new Host(String.valueOf(i)),
              weights[i],
              0,
              HealthStatus.UNKNOWN,
              new Locality("", "", ""),
              0,
              "127.0.0.1:" + (1000 + i),
              "",
              Map.of("hash_key", new MetadataValue.Text("host-" + i))));
    }
    return members;
  }

  /** One in a zone. */
  static Member<Host> inZone(
      String name, String zone, int localityWeight, HealthStatus health, int priority) {
    return new Member<>(
        new Host(name),
        1,
        priority,
        health,
        new Locality("", zone, ""),
        localityWeight,
        "127.0.0.1:1",
        "",
        Map.of());
  }

  /** One with metadata of texts: name, value, name, value, … */
  static Member<Host> labelled(String name, String... metadata) {
    Map<String, MetadataValue> values = new HashMap<>();
    for (int i = 0; i < metadata.length; i += 2) {
      values.put(metadata[i], new MetadataValue.Text(metadata[i + 1]));
    }
    return new Member<>(
        new Host(name),
        1,
        0,
        HealthStatus.UNKNOWN,
        new Locality("", "", ""),
        0,
        "127.0.0.1:1",
        "",
        values);
  }

  /** How often each was picked, by the zone or name before the first dash. */
  static Map<String, Integer> shares(
      ClusterPicker<Host> picker, RandomGenerator random, int picks) {
    Map<String, Integer> shares = new HashMap<>();
    for (int i = 0; i < picks; i++) {
      Host host = picker.pick(random);
      shares.merge(host == null ? "none" : host.name.replaceAll("-.*", ""), 1, Integer::sum);
    }
    return shares;
  }
}
