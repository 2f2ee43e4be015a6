package dev.weft.proxy.wire;

import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.ConnectionObserver;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connections to the backend. */
public final class Counts implements ConnectionObserver {
  public final AtomicInteger opening = new AtomicInteger();
  public final AtomicInteger others = new AtomicInteger();
  public final AtomicInteger opened = new AtomicInteger();
  public final AtomicInteger worn = new AtomicInteger();
  public final AtomicInteger closed = new AtomicInteger();
  public final AtomicInteger unanswered = new AtomicInteger();
  public final Queue<ConnectFailure> failures = new ConcurrentLinkedQueue<>();
  public volatile int most = Integer.MAX_VALUE;

  @Override
  public boolean mayOpen() {
    return opening.get() - closed.get() < most;
  }

  @Override
  public void opening() {
    opening.incrementAndGet();
  }

  @Override
  public void openingAnother() {
    others.incrementAndGet();
  }

  @Override
  public void opened() {
    opened.incrementAndGet();
  }

  @Override
  public void failed(ConnectFailure failure) {
    failures.add(failure);
  }

  @Override
  public void unanswered() {
    unanswered.incrementAndGet();
  }

  @Override
  public void worn() {
    worn.incrementAndGet();
  }

  @Override
  public void closed() {
    closed.incrementAndGet();
  }
}
