package dev.weft.proxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.tls.KeyMaterial;
import dev.weft.proxy.tls.SecretView;
import dev.weft.proxy.tls.TrustMaterial;
import dev.weft.xds.model.TlsSettings.SecretSource;
import io.vertx.core.http.HttpClientOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connections to a control plane come and go for months. */
class AdsTransportTest {
  private static final SecretView NO_SECRETS =
      new SecretView() {
        @Override
        public @Nullable KeyMaterial certificate(SecretSource source) {
          return null;
        }

        @Override
        public @Nullable TrustMaterial trust(SecretSource source) {
          return null;
        }

        @Override
        public void onChange(Runnable listener) {}
      };

  @Test
  void clientsAreSharedByNobodySoThatNothingIsLeftOfAClosedOne() {
    AdsTransport transport = new AdsTransport(null, NO_SECRETS);
    HttpClientOptions one = transport.options();
    HttpClientOptions other = transport.options();

    // Vert.x keeps clients that are not shared until it ends, see ControlPlaneTlsTest.
    assertThat(one.isShared()).isTrue();
    assertThat(one.getName()).isNotEqualTo(other.getName());
  }
}
