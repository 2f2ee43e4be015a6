package dev.weft.proxy.discovery;

import com.google.protobuf.Any;
import dev.weft.xds.client.ResourceStore;
import dev.weft.xds.client.StoredResource;
import dev.weft.xds.codec.FilePart;
import dev.weft.xds.codec.FileSource;
import dev.weft.xds.codec.NamedFile;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.protocol.ResourceBatch;
import dev.weft.xds.protocol.ResourceBatch.Accepted;
import dev.weft.xds.protocol.ResourceBatch.Refused;
import dev.weft.xds.protocol.ResourceDecoder;
import dev.weft.xds.protocol.WireName;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Resources that files of this machine give. What they say comes into the store as what a control
 * plane sends does; a file that cannot be read or understood leaves what was good. Blocks; never on
 * an event loop, and one call at a time.
 */
final class FileResources {
  private final Map<XdsType, Path> wholes;
  private final Map<ResourceKey, Path> planned;

  /** What files name that are to come from files, by the files that name them. */
  private final Map<Path, Map<ResourceKey, Path>> learned = new HashMap<>();

  /** The same of the file that is read just now. */
  private Map<ResourceKey, Path> learning = new HashMap<>();

  /** Whose content is part of what files say, such as certificates, by those files. */
  private final Map<Path, Set<Path>> parts = new HashMap<>();

  /** The same of the file that is read just now. */
  private Set<Path> contained = new HashSet<>();

  private final Set<Path> read = new HashSet<>();
  private final ResourceFiles files;
  private final ResourceDecoder decoder;
  private final ResourceStore store;

  /**
   * @param decoders makes a decoder that tells of the files that what it decodes names
   */
  FileResources(
      FilePlan plan,
      ResourceFiles files,
      Function<Consumer<NamedFile>, ResourceDecoder> decoders,
      ResourceStore store) {
    this.wholes = plan.wholes();
    this.planned = plan.named();
    this.files = files;
    this.store = store;
    this.decoder = decoders.apply(this::note);
  }

  private void note(NamedFile file) {
    Path path = Path.of(file.path());
    switch (file) {
      case FileSource source -> learning.putIfAbsent(source.resource(), path);
      case FilePart part -> contained.add(path);
    }
  }

  /** Whether a file gives the resource of a name. */
  synchronized boolean gives(ResourceKey resource) {
    return named().containsKey(resource);
  }

  private Map<ResourceKey, Path> named() {
    Map<ResourceKey, Path> named = new HashMap<>();
    learned.values().forEach(named::putAll);
    named.putAll(planned);
    return named;
  }

  /** The files that have been read, and are to be looked after. */
  synchronized Set<Path> files() {
    Set<Path> files = new HashSet<>(read);
    parts.values().forEach(files::addAll);
    return files;
  }

  /** Reads every file that has not been read, and those that they name. */
  synchronized void readNew() {
    read.retainAll(used());
    parts.keySet().retainAll(read);
    for (Set<Path> missing = missing(); !missing.isEmpty(); missing = missing()) {
      missing.forEach(this::read);
    }
  }

  private Set<Path> used() {
    Set<Path> used = new HashSet<>(wholes.values());
    used.addAll(named().values());
    return used;
  }

  /** Reads files again, and those that they name now. */
  synchronized void readAgain(Set<Path> changed) {
    Set<Path> again = new HashSet<>(changed);
    parts.forEach(
        (file, of) -> {
          if (!Collections.disjoint(of, changed)) {
            again.add(file);
          }
        });
    again.retainAll(read);
    again.stream().sorted(Comparator.comparing(this::firstType)).toList().forEach(this::read);
    readNew();
  }

  /** What is named comes before what names it: clusters before the listeners and routes to them. */
  private int firstType(Path file) {
    return wanted(file).keySet().stream().mapToInt(XdsType::ordinal).min().orElse(0);
  }

  private Set<Path> missing() {
    Set<Path> missing = used();
    missing.removeAll(read);
    return missing;
  }

  private void read(Path file) {
    read.add(file);
    Map<XdsType, Set<String>> wanted = wanted(file);
    ResourceFiles.Content content;
    try {
      content = files.read(file);
    } catch (IOException | IllegalArgumentException e) {
      String problem = file + ": " + e.getMessage();
      wanted.forEach((type, names) -> unreadable(type, names, problem));
      return;
    }
    learning = new HashMap<>();
    contained = new HashSet<>();
    boolean understood = true;
    for (Map.Entry<XdsType, Set<String>> each : wanted.entrySet()) {
      ResourceBatch batch = batch(file, each.getKey(), each.getValue(), content);
      understood &= batch.refused().isEmpty();
      store.apply(batch);
    }
    learn(file, learning, understood);
    if (!understood) {
      contained.addAll(parts.getOrDefault(file, Set.of()));
    }
    parts.put(file, contained);
  }

  /**
   * Takes note of what a file names.
   *
   * @param understood otherwise something of it stays as it was, and names what it named
   */
  private void learn(Path file, Map<ResourceKey, Path> names, boolean understood) {
    Map<ResourceKey, Path> before = named();
    Map<ResourceKey, Path> now = new HashMap<>(names);
    if (!understood) {
      learned.getOrDefault(file, Map.of()).forEach(now::putIfAbsent);
    }
    learned.put(file, now);
    Map<ResourceKey, Path> after = named();
    after.forEach(
        (key, from) -> {
          if (!from.equals(before.get(key))) {
            read.remove(from); // it may have been read for others
          }
        });
    before
        .keySet()
        .forEach(
            key -> {
              if (!after.containsKey(key)) {
                Set<String> gone = Set.of(key.name());
                store.apply(new ResourceBatch(key.type(), List.of(), gone, gone, List.of()));
              }
            });
  }

  /** The names that a file is to give, by types; of a type of which it gives all, none. */
  private Map<XdsType, Set<String>> wanted(Path file) {
    Map<XdsType, Set<String>> wanted = new EnumMap<>(XdsType.class);
    named()
        .forEach(
            (key, from) -> {
              if (from.equals(file)) {
                wanted.computeIfAbsent(key.type(), type -> new HashSet<>()).add(key.name());
              }
            });
    wholes.forEach(
        (type, from) -> {
          if (from.equals(file)) {
            wanted.put(type, Set.of());
          }
        });
    return wanted;
  }

  private void unreadable(XdsType type, Set<String> names, String problem) {
    Set<String> never = new HashSet<>(names);
    never.removeAll(store.all(type).keySet());
    store.apply(
        new ResourceBatch(
            type, List.of(), never, Set.of(), List.of(new Refused("", "", List.of(problem)))));
  }

  private ResourceBatch batch(
      Path file, XdsType type, Set<String> names, ResourceFiles.Content content) {
    Map<String, Accepted> accepted = new TreeMap<>();
    List<Refused> refused = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    boolean whole = file.equals(wholes.get(type));
    for (Any body : content.resources()) {
      if (!body.getTypeUrl().equals(type.typeUrl())) {
        if (whole) {
          refused.add(
              refused(
                  file, "", content, List.of("\"" + body.getTypeUrl() + "\" is of another type")));
        }
        continue;
      }
      String name = WireName.of(body);
      if (!whole && !names.contains(name)) {
        continue;
      }
      if (!seen.add(name)) {
        refused.add(refused(file, name, content, List.of("is given twice")));
        continue;
      }
      switch (decoder.decode(type, name, body)) {
        case ResourceDecoder.Result.Valid(Object model) ->
            accepted.put(name, accepted(type, name, content.version(), (XdsResource) model, body));
        case ResourceDecoder.Result.Invalid(List<String> problems) ->
            refused.add(refused(file, name, content, problems));
      }
    }
    Set<String> absent = new HashSet<>(whole ? store.all(type).keySet() : names);
    absent.removeAll(seen);
    return new ResourceBatch(
        type, List.copyOf(accepted.values()), absent, whole ? absent : Set.of(), refused);
  }

  private Accepted accepted(
      XdsType type, String name, String version, XdsResource model, Any body) {
    StoredResource before = store.get(type, name);
    boolean changed = before == null || before.withdrawn() || !before.model().equals(model);
    return new Accepted(name, version, model, body, changed);
  }

  private static Refused refused(
      Path file, String name, ResourceFiles.Content content, List<String> problems) {
    return new Refused(
        name, content.version(), problems.stream().map(each -> file + ": " + each).toList());
  }
}
