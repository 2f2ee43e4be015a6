package dev.weft.proxy.tls;

import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.model.UpstreamTls;
import io.netty.handler.ssl.SslContext;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS contexts that are rebuilt when their secrets change, on the thread that changed them and
 * never on an event loop. Equal settings share a context for as long as anybody uses it, so that
 * pools keyed by context live on when a Runtime is compiled anew.
 */
public final class RotatingTlsContexts implements TlsContexts {
  /** How long session tickets are made with one key, and at least taken. */
  public static final Duration TICKET_PERIOD = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(RotatingTlsContexts.class);

  private final SecretView secrets;
  private final SslContextRecipe recipe;
  private final Map<Object, WeakReference<Rotating>> contexts = new HashMap<>();
  private final RetiredTlsContexts retired = new RetiredTlsContexts();
  private final LongSupplier nanoTime;

  public RotatingTlsContexts(SecretView secrets) {
    this(secrets, System::nanoTime);
  }

  RotatingTlsContexts(SecretView secrets, LongSupplier nanoTime) {
    this.secrets = secrets;
    this.nanoTime = nanoTime;
    this.recipe = SslContextRecipe.preferred();
    secrets.onChange(this::refresh);
  }

  @Override
  public Context server(DownstreamTls tls) {
    return context(
        tls, tls.common(), tls.choice().more(), (keys, trust) -> recipe.server(tls, keys, trust));
  }

  @Override
  public Context client(UpstreamTls tls) {
    return context(tls, tls.common(), List.of(), (keys, trust) -> recipe.client(tls, keys, trust));
  }

  private synchronized Rotating context(
      Object settings, TlsSettings common, List<SecretSource> more, Build build) {
    WeakReference<Rotating> known = contexts.get(settings);
    Rotating context = known == null ? null : known.get();
    if (context == null) {
      contexts.values().removeIf(reference -> reference.get() == null);
      context = new Rotating(common, more, build);
      context.rebuild(secrets);
      contexts.put(settings, new WeakReference<>(context));
    }
    return context;
  }

  private synchronized void refresh() {
    for (WeakReference<Rotating> reference : contexts.values()) {
      Rotating context = reference.get();
      SslContext replaced = context == null ? null : context.rebuild(secrets);
      if (replaced != null) {
        retired.add(replaced, nanoTime.getAsLong());
      }
    }
  }

  /**
   * Makes new session tickets with new keys; those of the last period are still taken. Due every
   * {@link #TICKET_PERIOD}, from any thread.
   */
  public synchronized void rotateTickets() {
    for (WeakReference<Rotating> reference : contexts.values()) {
      Rotating context = reference.get();
      if (context != null && context.tickets != null) {
        context.tickets.rotate();
      }
    }
  }

  private interface Build {
    SslContextRecipe.Built build(List<KeyMaterial> keys, @Nullable TrustMaterial trust)
        throws SSLException;
  }

  private static final class Rotating implements Context {
    private final TlsSettings settings;
    private final Build build;
    private final List<SecretSource> certificates;
    private List<KeyMaterial> keys = List.of(); // these two are touched by rebuild alone
    private @Nullable TrustMaterial trust;
    private @Nullable SessionTickets tickets; // under the lock of all contexts
    private volatile @Nullable ServerContext current;

    /**
     * @param more certificates besides the settings' own
     */
    Rotating(TlsSettings settings, List<SecretSource> more, Build build) {
      this.settings = settings;
      this.certificates =
          Stream.concat(Stream.ofNullable(settings.certificate()), more.stream()).toList();
      this.build = build;
    }

    @Override
    public @Nullable SslContext current() {
      ServerContext now = current;
      return now == null ? null : now.context();
    }

    @Override
    public @Nullable ServerContext server() {
      return current;
    }

    /** Null while one is missing. */
    private @Nullable List<KeyMaterial> keys(SecretView secrets) {
      List<KeyMaterial> found = new ArrayList<>();
      for (SecretSource certificate : certificates) {
        KeyMaterial key = secrets.certificate(certificate);
        if (key == null) {
          return null;
        }
        found.add(key);
      }
      return found;
    }

    /** Returns the context that a new one took the place of, null if none did. */
    @Nullable SslContext rebuild(SecretView secrets) {
      try {
        SecretSource validation = settings.trust();
        List<KeyMaterial> newKeys = keys(secrets);
        TrustMaterial newTrust = validation == null ? null : secrets.trust(validation);
        if (newKeys == null || (validation != null && newTrust == null)) {
          return null; // on its way; until then the last context, if there was one, stays
        }
        if (current != null && newKeys.equals(keys) && Objects.equals(newTrust, trust)) {
          return null;
        }
        SslContextRecipe.Built built = build.build(newKeys, newTrust);
        SslContext replaced = current();
        current = new ServerContext(built.context(), built.certificates());
        tickets = built.tickets();
        keys = newKeys;
        trust = newTrust;
        return replaced;
      } catch (SSLException | RuntimeException e) {
        log.error(
            "TLS settings with certificates {} and trust {} cannot be used: {}; {}",
            certificates,
            settings.trust(),
            e.getMessage(),
            current == null ? "their handshakes are refused" : "the last good ones stay in use");
        return null;
      }
    }
  }
}
