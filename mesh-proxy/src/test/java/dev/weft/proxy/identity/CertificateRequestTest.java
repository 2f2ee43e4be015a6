package dev.weft.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.RepeatedTest;

/** The request as another implementation of PKCS#10 reads it. */
class CertificateRequestTest {
  /** Repeated because the signature's length changes from one to the next. */
  @RepeatedTest(40)
  void aRequestIsSignedByTheKeyItNames() throws Exception {
    WorkloadKey key = WorkloadKey.generate();

    JcaPKCS10CertificationRequest request =
        new JcaPKCS10CertificationRequest(key.certificateRequest());

    assertThat(request.getPublicKey()).isEqualTo(key.pair().getPublic());
    assertThat(request.getSubject()).hasToString("CN=workload");
    assertThat(request.getAttributes()).isEmpty();
    assertThat(
            request.isSignatureValid(
                new JcaContentVerifierProviderBuilder().build(key.pair().getPublic())))
        .isTrue();
  }
}
