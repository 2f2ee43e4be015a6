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
import java.security.interfaces.ECPrivateKey;
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
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.OtherName;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/** Who is who: proxies have their certificates in files, clients and endpoints here. */
final class Certificates {
  private static final int READ_MILLIS = 10_000;
  private static final Duration LIFE = Duration.ofHours(1);
  private static final char[] NO_PASSWORD = {};
  private static final char[] PASSWORD = "secret".toCharArray();

  private final TestCa ca = new TestCa("differential root");
  private final Map<String, TestCa.Issued> issued = new LinkedHashMap<>();
  private final Map<String, String> lists = new LinkedHashMap<>();
  private final Path folder;

  Certificates(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    issued.put("server", ca.dns("test.example", "*.test.example"));
    issued.put("second", ca.dns("second.example"));
    issued.putAll(ServerCertificates.issue(ca));
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
    writeLocked("server", issued.get("server"));
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

  /** The same under the password {@code secret}. */
  private void writeLocked(String name, TestCa.Issued own) throws IOException {
    try {
      var keys = own.keys().getPrivate();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, PASSWORD);
      store.setKeyEntry("own", keys, PASSWORD, own.chain().toArray(X509Certificate[]::new));
      try (var out = Files.newOutputStream(folder.resolve(name + ".p12"))) {
        store.store(out, PASSWORD);
      }
      try (var out = new JcaPEMWriter(Files.newBufferedWriter(folder.resolve(name + ".key8")))) {
        out.writeObject(
            new JcaPKCS8Generator(
                keys,
                new JceOpenSSLPKCS8EncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                    .setProvider(new BouncyCastleProvider())
                    .setPRF(PKCS8Generator.PRF_HMACSHA256)
                    .setPassword(PASSWORD)
                    .build()));
      }
      try (var out = new JcaPEMWriter(Files.newBufferedWriter(folder.resolve(name + ".old")))) {
        out.writeObject(
            new JcaMiscPEMGenerator(
                withCurve((ECPrivateKey) keys),
                new JcePEMEncryptorBuilder("AES-128-CBC")
                    .setProvider(new BouncyCastleProvider())
                    .build(PASSWORD)));
      }
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The platform leaves out what OpenSSL needs of a key by itself. */
  private static PrivateKeyInfo withCurve(ECPrivateKey key) throws IOException {
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1),
        new org.bouncycastle.asn1.sec.ECPrivateKey(
            256, key.getS(), SECObjectIdentifiers.secp256r1));
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
    for (String kind : List.of("p12", "key8", "old")) {
      placeholders.put(kind + ".server", folder.resolve("server." + kind).toString());
    }
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
            context(tls.certificate(), tls.usual())
                .getSocketFactory()
                .createSocket(wire, "127.0.0.1", wire.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(
        tls.name() == null ? List.of() : List.of(new SNIHostName(tls.name())));
    if (!tls.alpn().isEmpty()) {
      parameters.setApplicationProtocols(tls.alpn().toArray(String[]::new));
    }
    ServerCertificates.limit(parameters, tls);
    socket.setSSLParameters(parameters);
    wire.setSoTimeout(READ_MILLIS);
    socket.startHandshake();
    return socket;
  }

  private SSLContext context(String certificate, boolean verified) {
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
      context.init(
          own,
          verified
              ? trust.getTrustManagers()
              : new TrustManager[] {new ServerCertificates.AnyServer()},
          null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
