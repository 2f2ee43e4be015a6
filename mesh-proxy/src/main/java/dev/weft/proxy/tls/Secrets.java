package dev.weft.proxy.tls;

import dev.weft.xds.model.Secret;
import dev.weft.xds.model.TlsSettings.FixedSecret;
import dev.weft.xds.model.TlsSettings.InlineSecret;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.SecretSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the key material of the process: its own identity, a bootstrap's, what SDS brought. */
public final class Secrets implements SecretView {
  private static final Logger log = LoggerFactory.getLogger(Secrets.class);

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile State state = new State(Map.of(), Map.of(), Map.of());

  private record Pair(@Nullable KeyMaterial key, @Nullable TrustMaterial trust) {}

  private record State(
      Map<String, Pair> providers, Map<String, Pair> fixed, Map<String, Pair> sds) {}

  /**
   * Sets the secrets of a bootstrap.
   *
   * @throws IllegalArgumentException if one cannot be read
   */
  public void fixed(Collection<Secret> secrets) {
    synchronized (this) {
      Map<String, Pair> read = new HashMap<>();
      secrets.forEach(secret -> read.put(secret.name(), read(secret)));
      state = new State(state.providers(), Map.copyOf(read), state.sds());
    }
    listeners.forEach(Runnable::run);
  }

  /** Sets what a certificate-provider instance gives from now on. */
  public void provide(String instance, KeyMaterial key, TrustMaterial trust) {
    synchronized (this) {
      Map<String, Pair> providers = new HashMap<>(state.providers());
      providers.put(instance, new Pair(key, trust));
      state = new State(Map.copyOf(providers), state.fixed(), state.sds());
    }
    listeners.forEach(Runnable::run);
  }

  /** Sets all secrets that SDS brought; one that cannot be read keeps its last good value. */
  public void sds(Collection<Secret> secrets) {
    synchronized (this) {
      Map<String, Pair> read = new HashMap<>();
      for (Secret secret : secrets) {
        try {
          read.put(secret.name(), read(secret));
        } catch (IllegalArgumentException e) {
          Pair last = state.sds().get(secret.name());
          if (last != null) {
            read.put(secret.name(), last);
          }
          log.error(
              "secret {}: {}; {}",
              secret.name(),
              e.getMessage(),
              last == null ? "it stays missing" : "the last good one stays in use");
        }
      }
      if (read.equals(state.sds())) {
        return;
      }
      state = new State(state.providers(), state.fixed(), Map.copyOf(read));
    }
    listeners.forEach(Runnable::run);
  }

  private static Pair read(Secret secret) {
    return switch (secret) {
      case Secret.Certificate c ->
          new Pair(
              new KeyMaterial(Pem.privateKey(c.keyPem()), Pem.certificates(c.chainPem())), null);
      case Secret.Validation v ->
          new Pair(
              null,
              new TrustMaterial(
                  v.trustedCaPem().isEmpty() ? List.of() : Pem.certificates(v.trustedCaPem()),
                  v.subjectAltNames(),
                  null,
                  v.checks()));
    };
  }

  private @Nullable Pair find(SecretSource source) {
    return switch (source) {
      case Provider(String instance) -> state.providers().get(instance);
      case FixedSecret(String name) -> state.fixed().get(name);
      case Sds(String name) -> state.sds().get(name);
      case InlineSecret(Secret secret) -> read(secret);
    };
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if an inline secret cannot be read
   */
  @Override
  public @Nullable KeyMaterial certificate(SecretSource source) {
    Pair found = find(source);
    return found == null ? null : found.key();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if an inline secret cannot be read
   */
  @Override
  public @Nullable TrustMaterial trust(SecretSource source) {
    Pair found = find(source);
    return found == null ? null : found.trust();
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
