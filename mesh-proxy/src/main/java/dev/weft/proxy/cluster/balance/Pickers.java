package dev.weft.proxy.cluster.balance;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.SubsetPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The picker of a cluster, or those of its subsets.
 *
 * @param <C> the endpoints
 */
public final class Pickers<C extends Candidate> {
  private final @Nullable ClusterPicker<C> only;
  private final @Nullable SubsetPickers<C> subsets;

  private Pickers(@Nullable ClusterPicker<C> only, @Nullable SubsetPickers<C> subsets) {
    this.only = only;
    this.subsets = subsets;
  }

  /** Builds what the policy wants for the members as they are now. */
  public static <C extends Candidate> Pickers<C> build(
      LbPolicy policy, List<Member<C>> members, BalanceSettings settings) {
    return switch (policy) {
      case LbPolicy.OfEndpoints whole ->
          new Pickers<>(ClusterPicker.build(whole, members, settings), null);
      case SubsetPolicy chosen ->
          new Pickers<>(null, SubsetPickers.build(chosen, members, settings));
    };
  }

  /** The picker of all endpoints; null if there is none. */
  @Nullable ClusterPicker<C> whole() {
    return only != null ? only : subsets == null ? null : subsets.whole();
  }

  /**
   * The picker for a request.
   *
   * @param criteria of its route; null for none
   * @return null if nobody may be picked
   */
  public @Nullable ClusterPicker<C> of(@Nullable MetadataCriteria criteria) {
    return only != null ? only : subsets == null ? null : subsets.find(criteria);
  }
}
