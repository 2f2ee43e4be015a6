package dev.weft.control.resource;

import dev.weft.control.resource.LocalityPolicy.Distribute;
import dev.weft.control.resource.LocalityPolicy.Failover;
import dev.weft.control.resource.LocalityPolicy.Prefer;
import dev.weft.control.resource.LocalityPolicy.Shares;
import java.util.List;
import java.util.Set;

/** What a schema cannot say about where instances are taken from. */
final class LocalityChecks {
  private static final int ALL = 100;

  private LocalityChecks() {}

  static void check(LocalityPolicy policy, String at, Findings findings) {
    switch (policy) {
      case Prefer prefer -> failover(prefer.failover(), at + "/failover", findings);
      case Distribute distribute -> shares(distribute.shares(), at + "/distribute", findings);
    }
  }

  private static void failover(List<Failover> failover, String at, Findings findings) {
    findings.unique(failover.stream().map(Failover::from).toList(), at, "/from", "the region");
    for (int i = 0; i < failover.size(); i++) {
      Failover each = failover.get(i);
      findings.require(
          !each.to().contains(each.from()),
          at + "/" + i + "/to",
          "names " + each.from() + ", from which it leads",
          "name other regions: a caller's own comes first anyway");
    }
  }

  private static void shares(List<Shares> shares, String at, Findings findings) {
    findings.unique(shares.stream().map(Shares::from).toList(), at, "/from", "the place");
    for (int i = 0; i < shares.size(); i++) {
      String to = at + "/" + i + "/to";
      Set<Place> places = shares.get(i).to().keySet();
      int sum = shares.get(i).to().values().stream().mapToInt(Integer::intValue).sum();
      findings.require(
          sum == ALL, to, "adds up to " + sum + " percent", "make the shares add up to 100");
      for (Place place : places.stream().sorted().toList()) {
        findings.require(
            places.stream().noneMatch(other -> !other.equals(place) && other.has(place)),
            to + "/" + place.toString().replace("/", "~1"),
            "is in a region that has a share of its own",
            "give shares to the region, or to its zones");
      }
    }
  }
}
