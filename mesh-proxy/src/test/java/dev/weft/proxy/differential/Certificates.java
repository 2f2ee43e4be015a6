package dev.weft.proxy.differential;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.tls.Pem;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.OtherName;

/** Who is who: proxies have their certificates in files, clients and endpoints here. */
final class Certificates {
  private static final int READ_MILLIS = 10_000;
  private static final Duration LIFE = Duration.ofHours(1);
  private static final char[] NO_PASSWORD = {};

  private final TestCa ca = new TestCa("differential root");
  private final Map<String, TestCa.Issued> issued = new LinkedHashMap<>();
  private final Map<String, String> lists = new LinkedHashMap<>();
  private final Path folder;

  Certificates(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    issued.put("server", ca.dns("test.example", "*.test.example"));
    issued.put("second", ca.dns("second.example"));
    issued.put("upstream", ca.issue(upstream(), Instant.now().plus(LIFE)));
    issued.put(
        "client",
        ca.issue(
            TestCa.names("spiffe://test/client", List.of("client.example")),
            Instant.now().plus(LIFE)));
    TestCa another = new TestCa("another root");
    issued.put("stranger", another.uri("spiffe://test/client"));
    TestCa under = ca.under("authority");
    issued.put("deep", under.uri("spiffe://test/deep"));
    issued.put("expired", ca.expired("spiffe://test/expired"));
    X509Certificate client = issued.get("client").leaf();
    lists.put("none", ca.revoked());
    lists.put("client", ca.revoked(client));
    lists.put("over", ca.revoked(Instant.now().minus(LIFE)));
    lists.put("another", another.revoked());
    lists.put("both", ca.revoked() + under.revoked());
    lists.put("deep", ca.revoked() + under.revoked(issued.get("deep").leaf()));
    lists.put("authority", ca.revoked(under.root()) + under.revoked());
    for (Map.Entry<String, String> list : lists.entrySet()) {
      Files.writeString(folder.resolve(list.getKey() + ".crl"), list.getValue());
    }
    Files.writeString(folder.resolve("ca.pem"), Pem.ofCertificates(List.of(ca.root())));
    for (Map.Entry<String, TestCa.Issued> one : issued.entrySet()) {
      Files.writeString(
          folder.resolve(one.getKey() + ".pem"), Pem.ofCertificates(one.getValue().chain()));
      Files.writeString(
          folder.resolve(one.getKey() + ".key"), Pem.ofKey(one.getValue().keys().getPrivate()));
    }
  }

  /** Names of all kinds. */
  private static List<GeneralName> upstream() {
    List<GeneralName> names =
        TestCa.names("spiffe://test/upstream", List.of("upstream.example", "*.up.example"));
    names.add(new GeneralName(GeneralName.rfc822Name, "up@mail.example"));
    names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    names.add(
        new GeneralName(
            GeneralName.otherName,
            new OtherName(new ASN1ObjectIdentifier("1.2.3.4"), new DERUTF8String("another"))));
    return names;
  }

  void describe(Placeholders placeholders) {
    placeholders.put("ca", folder.resolve("ca.pem").toString());
    for (String name : issued.keySet()) {
      placeholders.put("cert." + name, folder.resolve(name + ".pem").toString());
      placeholders.put("key." + name, folder.resolve(name + ".key").toString());
      X509Certificate leaf = issued.get(name).leaf();
      placeholders.put("hash." + name, HexFormat.of().formatHex(sha256(encoded(leaf))));
      placeholders.put(
          "hash-with-colons." + name,
          HexFormat.ofDelimiter(":").withUpperCase().formatHex(sha256(encoded(leaf))));
      placeholders.put(
          "spki." + name,
          Base64.getEncoder().encodeToString(sha256(leaf.getPublicKey().getEncoded())));
    }
    for (String name : lists.keySet()) {
      placeholders.put("crl." + name, folder.resolve(name + ".crl").toString());
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For endpoints, which ask for no certificate. */
  SslContext server(String alpn) {
    try {
      TestCa.Issued own = issued.get("upstream");
      return SslContextBuilder.forServer(own.keys().getPrivate(), own.chain())
          .applicationProtocolConfig(alpn(List.of(alpn)))
          .build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For clients over HTTP/2. */
  SslContext client(Scenario.Tls tls) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .endpointIdentificationAlgorithm(null)
              .trustManager(ca.root())
              .applicationProtocolConfig(alpn(List.of("h2")));
      if (tls.name() != null) {
        builder.serverName(new SNIHostName(tls.name()));
      }
      if (tls.certificate() != null) {
        TestCa.Issued own = issued.get(tls.certificate());
        builder.keyManager(own.keys().getPrivate(), own.chain());
      }
      return builder.build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ApplicationProtocolConfig alpn(List<String> protocols) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }

  /** A client's handshake over a connection; its failure throws. */
  SSLSocket connect(Socket wire, Scenario.Tls tls) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context(tls.certificate())
                .getSocketFactory()
                .createSocket(wire, "127.0.0.1", wire.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(
        tls.name() == null ? List.of() : List.of(new SNIHostName(tls.name())));
    if (!tls.alpn().isEmpty()) {
      parameters.setApplicationProtocols(tls.alpn().toArray(String[]::new));
    }
    socket.setSSLParameters(parameters);
    wire.setSoTimeout(READ_MILLIS);
    socket.startHandshake();
    return socket;
  }

  private SSLContext context(String certificate) {
    try {
      KeyStore roots = KeyStore.getInstance("PKCS12");
      KeyStore keys = KeyStore.getInstance("PKCS12");
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      KeyManager[] own = null;
      roots.load(null, NO_PASSWORD);
      roots.setCertificateEntry("root", ca.root());
      trust.init(roots);
      if (certificate != null) {
        TestCa.Issued identity = issued.get(certificate);
        keys.load(null, NO_PASSWORD);
        keys.setKeyEntry(
            "own",
            identity.keys().getPrivate(),
            NO_PASSWORD,
            identity.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(keys, NO_PASSWORD);
        own = factory.getKeyManagers();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
