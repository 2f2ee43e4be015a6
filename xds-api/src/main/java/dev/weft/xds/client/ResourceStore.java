package dev.weft.xds.client;

import dev.weft.xds.protocol.ResourceBatch;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.ResourceName;
import dev.weft.xds.resource.XdsType;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good value of every subscribed resource, and why others were refused. Written by one
 * {@link AdsClient} and by files, read by any thread; what a reader gets never changes under it.
 */
public final class ResourceStore {
  private static final Logger log = LoggerFactory.getLogger(ResourceStore.class);

  private final InstantSource clock;
  private final List<Consumer<StoreChange>> listeners = new CopyOnWriteArrayList<>();
  private volatile Map<XdsType, StoreContent> content = new EnumMap<>(XdsType.class);

  /**
   * @param clock tells when something was refused
   */
  public ResourceStore(InstantSource clock) {
    this.clock = clock;
  }

  /** The last good value, or null if there never was one or it is gone. */
  public @Nullable StoredResource get(XdsType type, String name) {
    return of(type).resources().get(ResourceName.canonical(name));
  }

  /** All last good values of a type by name, in the order of their names; unmodifiable. */
  public Map<String, StoredResource> all(XdsType type) {
    return of(type).resources();
  }

  /**
   * The models of all last good values by name.
   *
   * @throws ClassCastException if the decoder makes other models of this type
   */
  public <M> Map<String, M> models(XdsType type, Class<M> model) {
    Map<String, M> models = new LinkedHashMap<>();
    all(type).forEach((name, resource) -> models.put(name, model.cast(resource.model())));
    return models;
  }

  /**
   * The names that do not exist, says the server, or that have not come in time; of those that are
   * subscribed by name.
   */
  public Set<String> absent(XdsType type) {
    return of(type).absent();
  }

  /**
   * The newest refusal of each name since its last good value, oldest first, under an empty name
   * those of whole responses; at most 256.
   */
  public Map<String, Refusal> refusals(XdsType type) {
    return of(type).refusals();
  }

  /** The newest refusal, whether or not a good value has come since; null if there was none. */
  public @Nullable Refusal lastRefusal(XdsType type) {
    return of(type).lastRefusal();
  }

  /**
   * Whether anything was heard of a type since the start, if only that there is nothing; what was
   * restored does not count.
   */
  public boolean heard(XdsType type) {
    return of(type).heard();
  }

  /**
   * Calls the listener once for each batch, after the store has taken it, on the thread of the
   * client. Subscriptions changed by the listener reach the server before the batch is confirmed.
   */
  public void listen(Consumer<StoreChange> listener) {
    listeners.add(listener);
  }

  /**
   * Takes a value kept from an earlier life of the program, before the client is started. No
   * listener is called.
   *
   * @param bytes as {@link StoredResource#bytes} gave them; not copied
   */
  public synchronized void restore(
      XdsType type, String name, String version, Object model, ByteBuffer bytes) {
    ResourceKey key = new ResourceKey(type, ResourceName.canonical(name));
    put(type, of(type).with(new StoredResource(key, version, model, bytes, false)));
  }

  /** Takes what one event changes; then calls the listeners, on this thread. */
  public void apply(ResourceBatch batch) {
    StoreChange change = change(batch);
    synchronized (this) {
      put(batch.type(), of(batch.type()).after(batch, change));
    }
    for (Refusal refusal : change.refused()) {
      log.warn(
          "refused {} {} (version {}): {}; the last good value stays",
          refusal.type(),
          refusal.name().isEmpty() ? "without a name" : refusal.name(),
          refusal.version(),
          String.join("; ", refusal.problems()));
    }
    for (Consumer<StoreChange> listener : listeners) {
      try {
        listener.accept(change);
      } catch (RuntimeException e) {
        log.error("a listener failed on a change of {}; the others are still called", change, e);
      }
    }
  }

  private StoreChange change(ResourceBatch batch) {
    Set<String> changed = new LinkedHashSet<>();
    for (ResourceBatch.Accepted resource : batch.accepted()) {
      if (resource.changed()) {
        changed.add(resource.name());
      }
    }
    List<Refusal> refused =
        batch.refused().stream()
            .map(
                bad ->
                    new Refusal(
                        batch.type(), bad.name(), bad.version(), bad.problems(), clock.instant()))
            .toList();
    return new StoreChange(batch.type(), changed, batch.absent(), batch.forgotten(), refused);
  }

  private void put(XdsType type, StoreContent next) {
    Map<XdsType, StoreContent> copy = new EnumMap<>(XdsType.class);
    copy.putAll(content);
    copy.put(type, next);
    content = copy;
  }

  private StoreContent of(XdsType type) {
    return content.getOrDefault(type, StoreContent.EMPTY);
  }
}
