package dev.weft.proxy.format;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.tls.CertificateText;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.TlsSession;
import dev.weft.xds.format.TimePattern;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What TLS says of a connection: what was agreed on, and both sides' certificates. */
final class TlsValues {
  private final Function<Exchange, @Nullable ConnectionInfo> side;

  private TlsValues(Function<Exchange, @Nullable ConnectionInfo> side) {
    this.side = side;
  }

  /**
   * The value of an operator.
   *
   * @param what its name without the side it looks at
   */
  static Value compile(
      String what, String operand, Function<Exchange, @Nullable ConnectionInfo> side) {
    TlsValues of = new TlsValues(side);
    return switch (what) {
      case "TLS_VERSION" -> of.session(TlsSession::version);
      case "TLS_CIPHER" -> of.session(TlsSession::cipher);
      case "TLS_SESSION_ID" -> of.session(TlsSession::id);
      case "PEER_SUBJECT" -> of.peer(CertificateText::subject);
      case "PEER_ISSUER" -> of.peer(CertificateText::issuer);
      case "PEER_SERIAL" -> of.peer(CertificateText::serial);
      case "PEER_FINGERPRINT_256" -> of.peer(CertificateText::sha256);
      case "PEER_FINGERPRINT_1" -> of.peer(CertificateText::sha1);
      case "PEER_CERT" -> of.peer(CertificateText::urlEncodedPem);
      case "PEER_CERT_V_START" -> of.time(X509Certificate::getNotBefore, operand);
      case "PEER_CERT_V_END" -> of.time(X509Certificate::getNotAfter, operand);
      case "PEER_URI_SAN" -> of.peer(CertificateText::uris);
      case "PEER_DNS_SAN" -> of.peer(CertificateText::dnsNames);
      case "PEER_IP_SAN" -> of.peer(CertificateText::addresses);
      case "PEER_EMAIL_SAN" -> of.peer(CertificateText::emails);
      case "LOCAL_SUBJECT" -> of.local(CertificateText::subject);
      case "LOCAL_URI_SAN" -> of.local(CertificateText::uris);
      case "LOCAL_DNS_SAN" -> of.local(CertificateText::dnsNames);
      case "LOCAL_IP_SAN" -> of.local(CertificateText::addresses);
      case "LOCAL_EMAIL_SAN" -> of.local(CertificateText::emails);
      default -> throw new IllegalArgumentException("%" + what + "% is nothing that TLS says");
    };
  }

  private static @Nullable String orNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private Value session(Function<TlsSession, String> read) {
    return exchange -> {
      ConnectionInfo connection = side.apply(exchange);
      TlsSession session = connection == null ? null : connection.session();
      return session == null ? null : orNull(read.apply(session));
    };
  }

  private @Nullable X509Certificate peer(Exchange exchange) {
    ConnectionInfo connection = side.apply(exchange);
    PeerIdentity peer = connection == null ? null : connection.peer();
    return peer == null || peer.chain().isEmpty() ? null : peer.chain().getFirst();
  }

  private Value peer(Function<X509Certificate, @Nullable String> read) {
    return exchange -> {
      X509Certificate certificate = peer(exchange);
      return certificate == null ? null : orNull(read.apply(certificate));
    };
  }

  private Value local(Function<X509Certificate, @Nullable String> read) {
    return exchange -> {
      ConnectionInfo connection = side.apply(exchange);
      TlsSession session = connection == null ? null : connection.session();
      X509Certificate certificate = session == null ? null : session.local();
      return certificate == null ? null : orNull(read.apply(certificate));
    };
  }

  private Value time(Function<X509Certificate, Date> read, String pattern) {
    TimePattern compiled = TimePattern.compile(pattern);
    return exchange -> {
      X509Certificate certificate = peer(exchange);
      if (certificate == null) {
        return null;
      }
      StringBuilder out = new StringBuilder(32);
      compiled.write(read.apply(certificate).getTime(), 0, ZoneOffset.UTC, out);
      return out.toString();
    };
  }
}
