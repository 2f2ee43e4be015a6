package dev.weft.xds.model;

/**
 * What a PROXY header of version 2 says besides addresses.
 *
 * @param type 0..255
 * @param value its bytes, each as the character of that number
 */
public record Tlv(int type, String value) {
  public Tlv {
    if (type < 0 || type > 255) {
      throw new IllegalArgumentException("type " + type + " is not 0..255");
    }
  }
}
