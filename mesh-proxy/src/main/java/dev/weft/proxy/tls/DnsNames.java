package dev.weft.proxy.tls;

import java.util.Locale;

/** Names of hosts as certificates have them (RFC 9525, section 6.3). */
final class DnsNames {
  private DnsNames() {}

  /**
   * Whether a name is one that a certificate has: capitals make no difference, and in its first
   * label one {@code *} stands for anything but a dot.
   *
   * @param pattern as the certificate has it
   */
  static boolean fits(String name, String pattern) {
    String wanted = name.toLowerCase(Locale.ROOT);
    String shown = pattern.toLowerCase(Locale.ROOT);
    if (wanted.equals(shown)) {
      return true;
    }
    int star = shown.indexOf('*');
    int dot = shown.indexOf('.');
    int label = wanted.indexOf('.');
    if (star < 0 || star > dot || shown.indexOf('*', star + 1) >= 0 || label <= 0) {
      return false;
    }
    String first = wanted.substring(0, label);
    return shown.substring(dot).equals(wanted.substring(label))
        && (dot == 1 || !first.startsWith("xn--"))
        && dot <= first.length() + 1
        && first.startsWith(shown.substring(0, star))
        && first.endsWith(shown.substring(star + 1, dot));
  }
}
