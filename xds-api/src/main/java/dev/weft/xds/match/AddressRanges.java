package dev.weft.xds.match;

import dev.weft.xds.model.CidrRange;
import java.net.InetAddress;
import java.util.List;

/** Ranges of addresses, compiled. */
public final class AddressRanges {
  private final List<AddressPrefix> prefixes;

  private AddressRanges(List<AddressPrefix> prefixes) {
    this.prefixes = prefixes;
  }

  /**
   * Compiles ranges.
   *
   * @throws IllegalArgumentException if one is none
   */
  public static AddressRanges compile(List<CidrRange> ranges) {
    return new AddressRanges(ranges.stream().map(AddressPrefix::of).toList());
  }

  /** Whether an address is in one of them. */
  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    for (int i = 0; i < prefixes.size(); i++) {
      if (prefixes.get(i).contains(bytes)) {
        return true;
      }
    }
    return false;
  }
}
