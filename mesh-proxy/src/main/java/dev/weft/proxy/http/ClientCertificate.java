package dev.weft.proxy.http;

import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.Pem;
import dev.weft.xds.model.HttpConnectionManager.ClientCertDetail;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What {@code x-forwarded-client-cert} says of a client, in Envoy's order: By, Hash, Cert, Chain,
 * Subject, URI, DNS. What a certificate says can neither end its field nor the header.
 */
final class ClientCertificate {
  private ClientCertificate() {}

  static AsciiString describe(PeerIdentity peer, Set<ClientCertDetail> details) {
    List<String> fields = new ArrayList<>();
    if (peer.localUri() != null) {
      fields.add("By=" + value(peer.localUri()));
    }
    fields.add("Hash=" + peer.sha256());
    if (details.contains(ClientCertDetail.CERT)) {
      fields.add("Cert=\"" + Pem.urlEncoded(peer.chain().subList(0, 1)) + '"');
    }
    if (details.contains(ClientCertDetail.CHAIN)) {
      fields.add("Chain=\"" + Pem.urlEncoded(peer.chain()) + '"');
    }
    if (details.contains(ClientCertDetail.SUBJECT)) {
      fields.add("Subject=\"" + quoted(peer.subject()) + '"');
    }
    if (details.contains(ClientCertDetail.URI)) {
      add(fields, "URI=", peer.uris());
    }
    if (details.contains(ClientCertDetail.DNS)) {
      peer.dnsNames().forEach(name -> fields.add("DNS=" + value(name)));
    }
    return AsciiString.of(String.join(";", fields));
  }

  /** Each for itself; the key is there even if there is none. */
  private static void add(List<String> fields, String key, List<String> values) {
    if (values.isEmpty()) {
      fields.add(key);
    }
    values.forEach(value -> fields.add(key + value(value)));
  }

  /** In quotes only where it would end its field, or the list of fields, without. */
  private static String value(String text) {
    return text.indexOf(',') < 0 && text.indexOf(';') < 0 && text.indexOf('"') < 0
        ? printable(text)
        : '"' + quoted(text.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
  }

  /** What RFC 2253 leaves open to be closed: a quote that no backslash stands before. */
  private static String quoted(String text) {
    StringBuilder closed = new StringBuilder(text.length());
    boolean escaped = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' && !escaped) {
        closed.append('\\');
      }
      escaped = c == '\\' && !escaped;
      closed.append(c);
    }
    if (escaped) {
      closed.append('\\');
    }
    return printable(closed.toString());
  }

  /** Bytes that no header may hold as RFC 2253 writes them, in hex. */
  private static String printable(String text) {
    if (text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      return text;
    }
    StringBuilder printable = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~') {
        printable.append((char) b);
      } else {
        printable.append(String.format(Locale.ROOT, "\\%02X", b));
      }
    }
    return printable.toString();
  }
}
