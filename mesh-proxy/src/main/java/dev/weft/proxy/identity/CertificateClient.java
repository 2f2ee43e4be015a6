package dev.weft.proxy.identity;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets the workload's certificate and keeps it fresh: from the disk at start, by a join token where
 * there is none, by the certificate itself at half its life. Attempts that fail are repeated until
 * they succeed; meanwhile the certificate at hand serves. Everything runs on one thread of its own.
 */
public final class CertificateClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CertificateClient.class);

  private final EnrolmentSettings settings;
  private final CertificateIssuer issuer;
  private final IdentityFile file;
  private final InstantSource clock;
  private final Consumer<WorkloadIdentity> listener;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("weft-identity").daemon().factory());

  private @Nullable ScheduledFuture<?> next; // confined to the thread, as is failures
  private int failures;
  private volatile @Nullable WorkloadIdentity current;
  private volatile @Nullable String lastFailure;

  /**
   * @param listener told of every new identity, on this client's thread
   */
  public CertificateClient(
      EnrolmentSettings settings,
      CertificateIssuer issuer,
      IdentityFile file,
      InstantSource clock,
      Consumer<WorkloadIdentity> listener) {
    this.settings = settings;
    this.issuer = issuer;
    this.file = file;
    this.clock = clock;
    this.listener = listener;
  }

  /** Begins; the listener is told when there is an identity. */
  public void start() {
    thread.execute(this::begin);
  }

  /** The identity at hand, perhaps over; null before the first. */
  public @Nullable WorkloadIdentity current() {
    return current;
  }

  /** Why the last attempt failed; empty if it did not. */
  public Optional<String> lastFailure() {
    return Optional.ofNullable(lastFailure);
  }

  /** Renews now. The future fails with the reason if this attempt does; others follow by plan. */
  public CompletableFuture<WorkloadIdentity> renew() {
    CompletableFuture<WorkloadIdentity> done = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              done.complete(attempt());
            } catch (EnrolmentException e) {
              done.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(new EnrolmentException("the proxy is shutting down", e));
    }
    return done;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void begin() {
    WorkloadIdentity kept = file.load().orElse(null);
    if (kept != null && isOurs(kept) && kept.validAt(clock.instant())) {
      log.info("identity {} read from disk, valid until {}", kept.id(), kept.notAfter());
      adopt(kept);
      Instant renewal = RenewalSchedule.renewAt(kept.notBefore(), kept.notAfter(), random());
      Duration wait = Duration.between(clock.instant(), renewal);
      plan(wait.isNegative() ? Duration.ZERO : wait);
      return;
    }
    attemptQuietly();
  }

  private boolean isOurs(WorkloadIdentity identity) {
    return identity.id().path().equals("/ns/" + settings.namespace() + "/sa/" + settings.service());
  }

  private void attemptQuietly() {
    try {
      attempt();
    } catch (EnrolmentException e) {
      log.debug("attempt failed", e); // it has been logged in its short form
    }
  }

  private WorkloadIdentity attempt() throws EnrolmentException {
    try {
      WorkloadIdentity issued = issue();
      adopt(issued);
      failures = 0;
      lastFailure = null;
      log.info("certificate of {} issued, valid until {}", issued.id(), issued.notAfter());
      planRenewal(issued);
      try {
        file.save(issued);
      } catch (IOException e) {
        log.warn(
            "the identity could not be kept on disk ({}); a restart needs the control plane",
            e.toString());
      }
      return issued;
    } catch (EnrolmentException | RuntimeException e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      lastFailure = reason;
      failures++;
      Duration delay = RenewalSchedule.retryAfter(failures, random());
      WorkloadIdentity held = current;
      log.warn(
          "no certificate for {}/{}: {}; {}, next attempt in {} ms",
          settings.namespace(),
          settings.service(),
          reason,
          held == null ? "there is none yet" : "the one at hand is valid until " + held.notAfter(),
          delay.toMillis());
      plan(delay);
      throw e instanceof EnrolmentException known ? known : new EnrolmentException(reason, e);
    }
  }

  private WorkloadIdentity issue() throws EnrolmentException {
    WorkloadIdentity held = current;
    WorkloadIdentity issued =
        held != null && held.validAt(clock.instant()) && failures < 3
            ? issuer.renew(held)
            : enrolOrRenew(held);
    if (!isOurs(issued)) {
      throw new EnrolmentException(
          "the control plane issued a certificate for " + issued.id() + ", which is not ours");
    }
    return issued;
  }

  /** After failed renewals the token may help: the mesh's root may have been replaced. */
  private WorkloadIdentity enrolOrRenew(@Nullable WorkloadIdentity held) throws EnrolmentException {
    try {
      return issuer.enrol(JoinTokenFile.read(settings.tokenFile()));
    } catch (EnrolmentException e) {
      if (held == null || !held.validAt(clock.instant())) {
        throw e;
      }
      return issuer.renew(held);
    }
  }

  private void adopt(WorkloadIdentity identity) {
    current = identity;
    listener.accept(identity);
  }

  private void planRenewal(WorkloadIdentity issued) {
    plan(
        RenewalSchedule.renewAfter(
            clock.instant(), issued.notBefore(), issued.notAfter(), random()));
  }

  private static double random() {
    return ThreadLocalRandom.current().nextDouble();
  }

  private void plan(Duration delay) {
    ScheduledFuture<?> planned = next;
    if (planned != null) {
      planned.cancel(false);
    }
    try {
      next = thread.schedule(this::attemptQuietly, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closing; no further renewal");
    }
  }
}
