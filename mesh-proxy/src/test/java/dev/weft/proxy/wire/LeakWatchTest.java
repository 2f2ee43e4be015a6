package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.testkit.Soon;
import io.netty.buffer.ByteBufAllocator;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;

class LeakWatchTest {
  @Test
  void everyClassHasIt() {
    assertThat(ServiceLoader.load(Extension.class)).hasAtLeastOneElementOfType(LeakWatch.class);
  }

  @Test
  void aLostBufferFailsTheClass() {
    LeakWatch watch = new LeakWatch();
    watch.beforeAll(null);
    ByteBufAllocator.DEFAULT.buffer(16).writeByte(1);
    Soon.await("the report")
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> watch.afterAll(null))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("never released"));
  }
}
