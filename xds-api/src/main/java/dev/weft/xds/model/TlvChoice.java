package dev.weft.xds.model;

import java.util.Set;

/**
 * Which {@link Tlv} are meant: all, or those of some types ({@code ProxyProtocolPassThroughTLVs}).
 */
public record TlvChoice(boolean all, Set<Integer> types) {
  public static final TlvChoice NONE = new TlvChoice(false, Set.of());
  public static final TlvChoice ALL = new TlvChoice(true, Set.of());

  public TlvChoice {
    types = Set.copyOf(types);
  }

  /** Whether one of this type is. */
  public boolean has(int type) {
    return all || types.contains(type);
  }
}
