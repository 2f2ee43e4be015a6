package dev.weft.proxy.overload;

import dev.weft.proxy.overload.OverloadPlan.Trigger;
import java.util.List;

/**
 * How much of each action a pressure asks for, from 0 to 1. Pure. An action that is on or off goes
 * off only when the pressure is well below where it came on, so that it does not flutter.
 */
final class ActionLevels {
  /** How far the pressure has to fall. */
  static final double RELIEF = 0.05;

  private static final int ACTIONS = OverloadAction.values().length;

  private final List<Trigger> triggers;
  private final boolean[] on;

  ActionLevels(List<Trigger> triggers) {
    this.triggers = List.copyOf(triggers);
    this.on = new boolean[triggers.size()];
  }

  /** The levels by {@link OverloadAction#ordinal}, given the pressure now. */
  double[] at(double pressure) {
    double[] levels = new double[ACTIONS];
    for (int i = 0; i < on.length; i++) {
      Trigger trigger = triggers.get(i);
      int action = trigger.action().ordinal();
      levels[action] = Math.max(levels[action], level(i, trigger, pressure));
    }
    return levels;
  }

  private double level(int index, Trigger trigger, double pressure) {
    if (trigger.from() < trigger.full()) {
      double share = (pressure - trigger.from()) / (trigger.full() - trigger.from());
      return Math.clamp(share, 0.0, 1.0);
    }
    on[index] = pressure >= (on[index] ? trigger.from() - RELIEF : trigger.from());
    return on[index] ? 1 : 0;
  }
}
