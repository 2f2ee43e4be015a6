package dev.weft.xds.model;

/**
 * Under which name a {@link Tlv} is noted of its connection.
 *
 * @param type 0..255
 * @param key empty where the configuration names none
 */
public record TlvNote(int type, String namespace, String key) {
  public TlvNote {
    if (type < 0 || type > 255) {
      throw new IllegalArgumentException("type " + type + " is not 0..255");
    }
  }
}
