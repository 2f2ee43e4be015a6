package dev.weft.proxy.overload;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of this process against its limits: what was live in the heap at the last collection
 * of old objects (what is there now is garbage mostly), and what Netty holds outside it. From any
 * thread.
 */
public final class Memory {
  /** Not needed at the start of the process, and dear to have. */
  private static final class Pools {
    static final List<MemoryPoolMXBean> OLD =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .filter(
                pool ->
                    pool.isUsageThresholdSupported() && pool.isCollectionUsageThresholdSupported())
            .toList();
  }

  /** Bytes of the heap that were live at the last collection of old objects; 0 before the first. */
  public long liveHeap() {
    long live = 0;
    for (MemoryPoolMXBean pool : Pools.OLD) {
      MemoryUsage usage = pool.getCollectionUsage();
      live += usage == null ? 0 : usage.getUsed();
    }
    return live;
  }

  /** What {@link #liveHeap} may be. */
  public long maxHeap() {
    long most = 0;
    for (MemoryPoolMXBean pool : Pools.OLD) {
      @Nullable MemoryUsage usage = pool.getUsage();
      most += usage == null ? 0 : Math.max(0, usage.getMax());
    }
    return most == 0 ? Runtime.getRuntime().maxMemory() : most;
  }

  /** Bytes of direct memory that Netty's buffers take, its pools included. */
  public long direct() {
    return Math.max(0, PlatformDependent.usedDirectMemory());
  }

  /** What {@link #direct} may be: an allocation beyond it fails. */
  public long maxDirect() {
    return PlatformDependent.maxDirectMemory();
  }

  /**
   * The pressure, from 0 to 1: that on whichever of the limits is nearest.
   *
   * @param maxBytes of heap and direct memory together
   */
  double pressure(long maxBytes) {
    double live = liveHeap();
    double direct = direct();
    double nearest =
        Math.max(
            Math.max(live / maxHeap(), direct / Math.max(1, maxDirect())),
            (live + direct) / maxBytes);
    return Math.min(1, nearest);
  }
}
