package dev.weft.control.xds;

import dev.weft.control.identity.CertificateAuthority;
import dev.weft.control.identity.IssuedCertificate;
import dev.weft.control.identity.WorkloadId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.StringWriter;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** How a sidecar of a mesh secures its connections to the control plane. */
public final class WorkloadTls {
  private WorkloadTls() {}

  /** With a certificate that the mesh's authority has just issued. */
  public static HttpClientOptions of(
      CertificateAuthority authority, String namespace, String service) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    byte[] csr =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=any"), keys.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
            .getEncoded();
    IssuedCertificate issued = authority.issue(new WorkloadId(namespace, service), csr);
    return stranger(authority)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(pem(issued.chain().toArray()))
                .addKeyValue(pem(new JcaPKCS8Generator(keys.getPrivate(), null))));
  }

  /** Without a certificate. */
  public static HttpClientOptions stranger(CertificateAuthority authority) {
    return new HttpClientOptions()
        .setSsl(true)
        .setSslHandshakeTimeout(MeshNode.PATIENCE_SECONDS)
        .setUseAlpn(true)
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setVerifyHost(true)
        .setTrustOptions(
            new PemTrustOptions().addCertValue(Buffer.buffer(authority.trustBundle().pem())));
  }

  private static Buffer pem(Object... objects) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      for (Object object : objects) {
        writer.writeObject(object);
      }
    }
    return Buffer.buffer(text.toString());
  }
}
