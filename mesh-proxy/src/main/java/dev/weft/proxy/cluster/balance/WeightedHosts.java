package dev.weft.proxy.cluster.balance;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import java.util.ArrayList;
import java.util.List;

/**
 * Endpoints to be placed by a hash, each with its part of the whole, in the order in which Envoy
 * places them.
 *
 * @param parts of 1, in the order of the hosts
 */
record WeightedHosts<C extends Candidate>(List<Member<C>> hosts, double[] parts) {

  /** All in one. */
  static <C extends Candidate> WeightedHosts<C> flat(List<Member<C>> hosts) {
    double[] parts = new double[hosts.size()];
    long sum = hosts.stream().mapToLong(Member::weight).sum();
    for (int i = 0; i < parts.length; i++) {
      parts[i] = (double) hosts.get(i).weight() / sum;
    }
    return new WeightedHosts<>(hosts, parts);
  }

  /** By the weights of their localities; a locality without a weight has no part. */
  static <C extends Candidate> WeightedHosts<C> byLocality(Localities<C> localities) {
    long sum = 0;
    for (int i = 0; i < localities.size(); i++) {
      sum += localities.weight(i);
    }
    List<Member<C>> hosts = new ArrayList<>();
    List<Double> parts = new ArrayList<>();
    for (int i = 0; i < localities.size(); i++) {
      List<Member<C>> members = localities.members(i);
      if (localities.weight(i) == 0) {
        continue;
      }
      double ofLocality = (double) localities.weight(i) / sum;
      long weights = members.stream().mapToLong(Member::weight).sum();
      for (Member<C> member : members) {
        hosts.add(member);
        parts.add(member.weight() * ofLocality / weights);
      }
    }
    return new WeightedHosts<>(
        List.copyOf(hosts), parts.stream().mapToDouble(Double::doubleValue).toArray());
  }

  double least() {
    double least = 1;
    for (double part : parts) {
      least = Math.min(least, part);
    }
    return least;
  }

  double greatest() {
    double greatest = 0;
    for (double part : parts) {
      greatest = Math.max(greatest, part);
    }
    return greatest;
  }

  List<C> endpoints() {
    return hosts.stream().map(Member::endpoint).toList();
  }
}
