package dev.weft.proxy.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.weft.proxy.config.ConfigCache;
import dev.weft.xds.client.ResourceStore;
import dev.weft.xds.client.StoredResource;
import dev.weft.xds.protocol.ResourceDecoder;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.VersionedResource;
import dev.weft.xds.resource.XdsType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a store's resources on disk, and takes them back into it at the next start. */
final class KeptResources {
  private static final Logger log = LoggerFactory.getLogger(KeptResources.class);
  private static final long SAVE_AFTER_MILLIS = 200;
  private static final List<XdsType> KEPT =
      List.of(XdsType.CLUSTER, XdsType.ENDPOINT, XdsType.LISTENER, XdsType.ROUTE);

  private final ConfigCache cache;
  private final ResourceStore store;
  private final ResourceDecoder decoder;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean savePlanned = new AtomicBoolean();

  KeptResources(
      ConfigCache cache,
      ResourceStore store,
      ResourceDecoder decoder,
      ScheduledExecutorService timer) {
    this.cache = cache;
    this.store = store;
    this.decoder = decoder;
    this.timer = timer;
  }

  /** Whether anything was there to take back. */
  boolean restore() {
    List<VersionedResource<byte[]>> kept = cache.load();
    for (VersionedResource<byte[]> resource : kept) {
      ResourceKey key = resource.key();
      Any body =
          Any.newBuilder()
              .setTypeUrl(key.type().typeUrl())
              .setValue(ByteString.copyFrom(resource.body()))
              .build();
      switch (decoder.decode(key.type(), key.name(), body)) {
        case ResourceDecoder.Result.Valid(Object model) ->
            store.restore(
                key.type(),
                key.name(),
                resource.version(),
                model,
                ByteBuffer.wrap(resource.body()));
        case ResourceDecoder.Result.Invalid(List<String> problems) ->
            log.warn("{}, kept on disk, is not used: {}", key, String.join("; ", problems));
      }
    }
    if (!kept.isEmpty()) {
      log.info("{} resources read from disk", kept.size());
    }
    return !kept.isEmpty();
  }

  /** Changes that follow each other quickly are written once. */
  void planSave() {
    if (savePlanned.compareAndSet(false, true)) {
      try {
        timer.schedule(this::save, SAVE_AFTER_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("closing; the configuration on disk stays as it is");
      }
    }
  }

  private void save() {
    savePlanned.set(false);
    List<VersionedResource<byte[]>> resources = new ArrayList<>();
    for (XdsType type : KEPT) {
      for (StoredResource resource : store.all(type).values()) {
        ByteBuffer bytes = resource.bytes();
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        resources.add(new VersionedResource<>(resource.key(), resource.version(), body));
      }
    }
    try {
      cache.save(resources);
    } catch (IOException e) {
      log.warn(
          "the configuration could not be kept on disk ({}); a restart needs the control plane",
          e.toString());
    }
  }
}
