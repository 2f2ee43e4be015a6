package dev.weft.proxy.differential;

import dev.weft.proxy.testkit.TestCa;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedTrustManager;

/** What a server may have to choose from, and clients that can use some of it. */
final class ServerCertificates {
  private static final int RSA_BITS = 2048;

  private ServerCertificates() {}

  static Map<String, TestCa.Issued> issue(TestCa ca) {
    Map<String, TestCa.Issued> all = new LinkedHashMap<>();
    all.put("first-rsa", ca.issue("CN=first", rsa(), dns("first.example")));
    all.put("first-p256", ca.issue("CN=first", ec(256), dns("first.example")));
    all.put("a-p256", ca.issue("CN=a", ec(256), dns("a.example", "b.example")));
    all.put("a-rsa", ca.issue("CN=a", rsa(), dns("a.example")));
    all.put("a-rsa-again", ca.issue("CN=a", rsa(), dns("a.example", "c.example")));
    all.put("w-p256", ca.issue("CN=w", ec(256), dns("*.w.example")));
    all.put("w-rsa", ca.issue("CN=w", rsa(), dns("*.w.example", "*.v.example")));
    all.put("x-rsa", ca.issue("CN=x", rsa(), dns("x.w.example")));
    all.put("p384", ca.issue("CN=p", ec(384), dns("p384.example")));
    all.put("common", ca.issue("CN=common.example", rsa(), List.of()));
    all.put("common-wildcard", ca.issue("O=o,CN=*.common.example", rsa(), List.of()));
    all.put("capitals", ca.issue("CN=capitals", rsa(), dns("CAPITALS.example")));
    all.put(
        "no-dns", ca.issue("CN=no-dns.example", rsa(), TestCa.names("spiffe://test/x", List.of())));
    all.put("odd", ca.issue("CN=odd", rsa(), dns("f*.part.example", ".dot.example", "bare")));
    return all;
  }

  private static List<org.bouncycastle.asn1.x509.GeneralName> dns(String... names) {
    return TestCa.names(null, List.of(names));
  }

  private static KeyPair rsa() {
    return keys("RSA", RSA_BITS);
  }

  private static KeyPair ec(int bits) {
    return keys("EC", bits);
  }

  private static KeyPair keys(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a client can use. */
  static void limit(SSLParameters parameters, Scenario.Tls tls) {
    if (!tls.versions().isEmpty()) {
      parameters.setProtocols(tls.versions().toArray(String[]::new));
    }
    if (!tls.suites().isEmpty()) {
      parameters.setCipherSuites(tls.suites().toArray(String[]::new));
    }
    if (!tls.schemes().isEmpty()) {
      parameters.setSignatureSchemes(tls.schemes().toArray(String[]::new));
    }
    if (!tls.groups().isEmpty()) {
      parameters.setNamedGroups(tls.groups().toArray(String[]::new));
    }
  }

  /** Takes any server: what it can use is not what a chain is signed with. */
  static final class AnyServer extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
