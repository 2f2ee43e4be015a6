package dev.weft.proxy.tls;

import dev.weft.xds.model.TlsSettings.SecretSource;
import org.jspecify.annotations.Nullable;

/** Key material as it is now; safe from any thread. */
public interface SecretView {
  /** The certificate of this source, or null while it is missing. */
  @Nullable KeyMaterial certificate(SecretSource source);

  /** The trust of this source, or null while it is missing. */
  @Nullable TrustMaterial trust(SecretSource source);

  /** Calls back after every change, on the thread that made it. */
  void onChange(Runnable listener);
}
