package dev.weft.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.Pem;
import dev.weft.xds.model.HttpConnectionManager.ClientCertDetail;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientCertificateTest {
  private final TestCa.Issued client = new TestCa("clients").workload("shop", "cart");

  private PeerIdentity peer(List<String> uris, List<String> dns, String subject, String localUri) {
    return new PeerIdentity(uris, dns, subject, "ab12", client.chain(), localUri);
  }

  private static String text(PeerIdentity peer, ClientCertDetail... details) {
    return ClientCertificate.describe(peer, Set.of(details)).toString();
  }

  @Test
  void withoutDetailsThereAreTheHashAndWhomTheClientMet() {
    assertThat(text(peer(List.of("spiffe://a"), List.of("a.test"), "CN=a", null)))
        .isEqualTo("Hash=ab12");
    assertThat(text(peer(List.of(), List.of(), "CN=a", "spiffe://b")))
        .isEqualTo("By=spiffe://b;Hash=ab12");
  }

  @Test
  void detailsComeInEnvoysOrderWhateverTheirOwn() {
    PeerIdentity peer =
        peer(List.of("spiffe://a", "urn:b"), List.of("a.test", "b.test"), "CN=a,O=Shop", null);

    assertThat(text(peer, ClientCertDetail.DNS, ClientCertDetail.URI, ClientCertDetail.SUBJECT))
        .isEqualTo(
            "Hash=ab12;Subject=\"CN=a,O=Shop\";URI=spiffe://a;URI=urn:b;DNS=a.test;DNS=b.test");
  }

  @Test
  void aKeyWithoutAValueIsThereForSubjectAndUri() {
    PeerIdentity nobody = peer(List.of(), List.of(), "", null);

    assertThat(text(nobody, ClientCertDetail.SUBJECT, ClientCertDetail.URI, ClientCertDetail.DNS))
        .isEqualTo("Hash=ab12;Subject=\"\";URI=");
  }

  @Test
  void certificatesArePemUrlEncoded() {
    String text =
        text(peer(List.of(), List.of(), "", null), ClientCertDetail.CERT, ClientCertDetail.CHAIN);

    assertThat(text).doesNotContain(" ", "\n").contains("-----BEGIN%20CERTIFICATE-----%0A");
    String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
    assertThat(decoded)
        .startsWith("Hash=ab12;Cert=\"" + Pem.ofCertificates(client.chain().subList(0, 1)))
        .contains(";Chain=\"" + Pem.ofCertificates(client.chain()));
  }

  @Test
  void noCertificateForgesAnotherField() {
    PeerIdentity forger =
        peer(
            List.of("urn:a;By=spiffe://admin", "urn:\"b\"", "urn:c,Hash=00"),
            List.of("a.test\r\nx-admin: 1"),
            "CN=\";URI=spiffe://admin,O=\u00e4\\",
            null);

    assertThat(text(forger, EnumSet.allOf(ClientCertDetail.class).toArray(ClientCertDetail[]::new)))
        .contains(";Subject=\"CN=\\\";URI=spiffe://admin,O=\\C3\\A4\\\\\"")
        .contains(";URI=\"urn:a;By=spiffe://admin\";URI=\"urn:\\\"b\\\"\";URI=\"urn:c,Hash=00\"")
        .contains(";DNS=a.test\\0D\\0Ax-admin: 1");
  }
}
