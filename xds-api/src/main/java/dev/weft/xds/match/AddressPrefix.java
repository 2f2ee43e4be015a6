package dev.weft.xds.match;

import dev.weft.xds.model.CidrRange;
import java.net.InetAddress;
import java.util.Arrays;

/** The addresses that share their first bits. */
final class AddressPrefix implements Comparable<AddressPrefix> {
  private final byte[] bits;
  private final int length;

  private AddressPrefix(byte[] bits, int length) {
    this.bits = bits;
    this.length = length;
  }

  /**
   * The prefix of a range; bits behind its length do not count.
   *
   * @throws IllegalArgumentException if the address is no literal or the length does not fit it
   */
  static AddressPrefix of(CidrRange range) {
    byte[] bits = InetAddress.ofLiteral(range.addressPrefix()).getAddress();
    int length = range.prefixLength();
    if (length < 0 || length > bits.length * 8) {
      throw new IllegalArgumentException(
          range + " has a prefix length that is not 0.." + bits.length * 8);
    }
    for (int i = 0; i < bits.length; i++) {
      bits[i] &= mask(length - i * 8);
    }
    return new AddressPrefix(bits, length);
  }

  boolean contains(byte[] address) {
    if (address.length != bits.length) {
      return false;
    }
    for (int i = 0; i * 8 < length; i++) {
      if ((address[i] & mask(length - i * 8)) != bits[i]) {
        return false;
      }
    }
    return true;
  }

  /** A byte whose first bits are set: all from 8 on, none from 0 down. */
  private static byte mask(int bits) {
    return (byte) (bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xff << (8 - bits));
  }

  /** Longer prefixes first. */
  @Override
  public int compareTo(AddressPrefix other) {
    int byLength = Integer.compare(other.length, length);
    return byLength != 0 ? byLength : Arrays.compare(bits, other.bits);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof AddressPrefix other
        && length == other.length
        && Arrays.equals(bits, other.bits);
  }

  @Override
  public int hashCode() {
    return 31 * length + Arrays.hashCode(bits);
  }
}
