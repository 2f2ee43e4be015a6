package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class during which a buffer was lost. Every class has it, by {@code
 * META-INF/services}: what is noticed late fails the class after the one that lost it.
 */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
  private static final int LOOKS = 3;
  private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

  @Override
  public void beforeAll(ExtensionContext context) {
    ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + " " + records));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    // A leak is noticed when the buffer has been collected and the next one is made.
    for (int i = 0; i < LOOKS; i++) {
      System.gc();
      ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(16);
      buffer.release();
    }
    List<String> leaks = new ArrayList<>();
    for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
      leaks.add(leak);
    }
    assertThat(leaks).as("buffers that were never released").isEmpty();
  }
}
