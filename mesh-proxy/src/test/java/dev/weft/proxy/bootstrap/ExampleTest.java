package dev.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.client.AdsClientOptions.Variant;
import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.resource.XdsType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bootstrap files of the documentation are valid as they are written. */
class ExampleTest {
  @Test
  void theExampleWithAControlPlane() throws Exception {
    Bootstrap example = Bootstrap.load(Path.of("../docs/examples/ads-bootstrap.yaml"));

    AdsSettings ads = example.ads();
    assertThat(ads.variant()).isEqualTo(Variant.DELTA);
    assertThat(ads.servers()).isEqualTo(List.of(new SocketAddress("127.0.0.1", 18000)));
    assertThat(ads.wholes())
        .isEqualTo(
            Map.of(
                XdsType.LISTENER, Duration.ofSeconds(15), XdsType.CLUSTER, Duration.ofSeconds(15)));
    assertThat(ads.pings())
        .isEqualTo(
            new Http2Keepalive(Duration.ofSeconds(30), Duration.ofSeconds(5), 15, Duration.ZERO));
    assertThat(example.overload().maxConnections()).isEqualTo(50_000);
    assertThat(example.node().metadata().get("team")).isEqualTo("shop");
  }
}
