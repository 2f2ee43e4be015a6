package dev.weft.proxy.upstream;

import dev.weft.xds.model.RequestNames;
import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request says to TLS with its endpoint: connections are for requests that say the same,
 * whatever their capitals.
 *
 * @param sni the server name to send in the place of the configured one; null for that
 * @param verified the host that the endpoint's certificate must be for; null where nothing is asked
 *     of that
 */
public record AskedName(@Nullable String sni, @Nullable String verified) {
  /**
   * What a request says; null for nothing.
   *
   * @param host that it asks for, perhaps with a port; null where it asks for none
   */
  public static @Nullable AskedName of(RequestNames names, @Nullable CharSequence host) {
    String name = host == null ? "" : withoutPort(host.toString());
    boolean address = NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
    String sni = names.sni() && !address && !name.isEmpty() ? name : null;
    return sni == null && !names.verified()
        ? null
        : new AskedName(sni, names.verified() ? name : null);
  }

  private static String withoutPort(String host) {
    String name = host.substring(0, nameEnd(host));
    return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
  }

  /** Where its port begins, with the colon before it; its end where it has none. */
  private static int nameEnd(String host) {
    int colon = host.lastIndexOf(':');
    boolean only = colon >= 0 && host.indexOf(':') == colon;
    boolean afterAddress = colon > 0 && host.charAt(colon - 1) == ']';
    boolean digits = host.chars().skip(colon + 1L).allMatch(c -> c >= '0' && c <= '9');
    return (only || afterAddress) && digits ? colon : host.length();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AskedName that && same(sni, that.sni) && same(verified, that.verified);
  }

  private static boolean same(@Nullable String one, @Nullable String other) {
    return one == null ? other == null : one.equalsIgnoreCase(other);
  }

  @Override
  public int hashCode() {
    return 31 * hash(sni) + hash(verified);
  }

  private static int hash(@Nullable String name) {
    return name == null ? 0 : name.toLowerCase(Locale.ROOT).hashCode();
  }
}
