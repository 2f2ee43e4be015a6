package dev.weft.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
  @Test
  void theSoftLimitIsRead() {
    String line = "Max open files            1024                 524288               files     ";
    assertThat(Descriptors.most(List.of("Limit  Soft Limit", line))).isEqualTo(1024);
    assertThat(Descriptors.most(List.of("Max open files  unlimited  unlimited  files")))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(Descriptors.most(List.of())).isEqualTo(Integer.MAX_VALUE);
  }
}
