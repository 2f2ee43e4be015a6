package dev.weft.proxy.discovery;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads files again when they change: written, moved into place, or behind a link that leads
 * elsewhere now, as Kubernetes has its volumes. Their folders tell of most changes at once; what
 * those do not tell of is seen within a second.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FileWatch.class);
  private static final long SECONDS = 1;

  private final FileResources resources;
  private final @Nullable WatchService service;
  private final Thread thread;
  private final Map<Path, State> known = new HashMap<>();
  private final Set<Path> folders = new HashSet<>();

  /** What tells one content of a file from another; nothing of it where there is no file. */
  private record State(@Nullable Object key, @Nullable FileTime changed, long size) {
    static State of(Path file) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new State(now.fileKey(), now.lastModifiedTime(), now.size());
      } catch (IOException e) {
        return new State(null, null, -1);
      }
    }
  }

  private FileWatch(FileResources resources, @Nullable WatchService service) {
    this.resources = resources;
    this.service = service;
    this.thread = Thread.ofPlatform().name("weft-files").daemon().unstarted(this::run);
  }

  /** Reads the files of a plan and begins to watch them. */
  static FileWatch start(FileResources resources) {
    FileWatch watch = new FileWatch(resources, service());
    resources.readNew();
    watch.thread.start();
    return watch;
  }

  private static @Nullable WatchService service() {
    try {
      return FileSystems.getDefault().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      log.warn("this machine tells of no changes ({}); files are looked at every second", e);
      return null;
    }
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        readChanged();
        await();
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whatever goes wrong with some files, others are still to be read when they change. */
  private void readChanged() {
    try {
      Set<Path> changed = look();
      if (!changed.isEmpty()) {
        resources.readAgain(changed);
      }
    } catch (ClosedWatchServiceException e) {
      throw e;
    } catch (RuntimeException e) {
      log.error("changed files could not be read; what was good stays", e);
    }
  }

  private void await() throws InterruptedException {
    if (service == null) {
      TimeUnit.SECONDS.sleep(SECONDS);
      return;
    }
    WatchKey told = service.poll(SECONDS, TimeUnit.SECONDS);
    if (told != null) {
      told.pollEvents();
      told.reset();
    }
  }

  /**
   * The files that have changed since the last look. One that was not looked at before is among
   * them: it may have changed since it was read.
   */
  private Set<Path> look() {
    Set<Path> changed = new HashSet<>();
    for (Path file : resources.files()) {
      State now = State.of(file);
      State before = known.put(file, now);
      if (!now.equals(before)) {
        changed.add(file);
      }
      watchFolder(file);
    }
    return changed;
  }

  private void watchFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (service != null && folder != null && folders.add(folder)) {
      try {
        folder.register(
            service,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
      } catch (IOException e) {
        log.warn("{} cannot be watched ({}); its files are looked at every second", folder, e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    if (service != null) {
      service.close();
    }
  }
}
