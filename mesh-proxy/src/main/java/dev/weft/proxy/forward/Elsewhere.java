package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.balance.Preference;
import dev.weft.proxy.cluster.balance.TriedPriorities;
import dev.weft.proxy.route.HostRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where another try of a request is to go, after those that were made. Confined to its loop. */
final class Elsewhere implements Preference<ActiveEndpoint> {
  private static final int REPICKS = 4;

  private final HostRules rules;
  private final List<ActiveEndpoint> tried = new ArrayList<>(2);
  private final @Nullable TriedPriorities priorities;

  /** Whether no policy asked for the next try, which is not for who just declined. */
  private boolean unasked;

  Elsewhere(HostRules rules) {
    this.rules = rules;
    this.priorities =
        rules.prioritiesEvery() == 0 ? null : new TriedPriorities(rules.prioritiesEvery());
  }

  /**
   * Another try is to be made.
   *
   * @param cluster of the endpoint
   * @param endpoint where the last one was
   * @param asked whether the policy says so
   */
  void after(ActiveCluster cluster, ActiveEndpoint endpoint, boolean asked) {
    tried.add(endpoint);
    unasked = !asked;
    if (priorities != null) {
      priorities.add(cluster.name(), endpoint.priority());
    }
  }

  @Override
  public boolean rejects(ActiveEndpoint endpoint) {
    return (unasked || rules.previous()) && tried.contains(endpoint)
        || rules.omits(endpoint.metadata());
  }

  @Override
  public int repicks() {
    return unasked ? REPICKS : rules.repicks();
  }

  @Override
  public boolean insists() {
    return unasked;
  }

  @Override
  public @Nullable TriedPriorities priorities() {
    return priorities;
  }
}
