package dev.weft.proxy.tls;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subject alternative name as text (RFC 5280, section 4.2.1.6).
 *
 * @param kind its tag there
 * @param oid which kind of another name it is; null of all others
 */
record San(int kind, String value, @Nullable String oid) {
  static final int OTHER = 0;
  static final int EMAIL = 1;
  static final int DNS = 2;
  static final int URI = 6;
  static final int ADDRESS = 7;

  /**
   * Reads one; null if it is no text.
   *
   * @param name as {@link java.security.cert.X509Certificate#getSubjectAlternativeNames} has it
   */
  static @Nullable San of(List<?> name) {
    if (!(name.getFirst() instanceof Integer kind)) {
      return null;
    }
    if (kind == OTHER) {
      return name.size() > 3 && name.get(2) instanceof String oid && name.get(3) instanceof String s
          ? new San(OTHER, s, oid)
          : null;
    }
    if (!(name.get(1) instanceof String text)) {
      return null;
    }
    return new San(kind, kind == ADDRESS ? address(text) : text, null);
  }

  /** As it is mostly written: the platform does not shorten those of IPv6. */
  private static String address(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    try {
      return bytes == null ? text : NetUtil.toAddressString(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      return text; // not of such a length
    }
  }
}
