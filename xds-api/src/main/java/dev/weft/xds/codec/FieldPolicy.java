package dev.weft.xds.codec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each field that a resource may set. The text it is read from explains itself:
 * {@code field-policy.txt}.
 */
final class FieldPolicy {
  /** What becomes of a field that is set. */
  sealed interface Rule {}

  record Enforce() implements Rule {}

  /** Enforced in what this machine's own files say, rejected in what comes from afar. */
  record Local() implements Rule {}

  /** Accepted with this value only. */
  record Fixed(String value) implements Rule {}

  record Ignore() implements Rule {}

  record Reject() implements Rule {}

  private static final String IN = " in ";
  private static final Rule ENFORCE = new Enforce();
  private static final Rule REJECT = new Reject();
  private static final FieldPolicy WEFT = parse(text());
  private static final FieldPolicy LOCAL =
      new FieldPolicy(WEFT.messages, WEFT.strict, true, RuntimeValues.NONE, source -> {});

  /** What holds for a message, and what is different under a parent. */
  private record Fields(Map<String, Rule> base, Map<String, Map<String, Rule>> inParent) {}

  private final Map<String, Fields> messages;

  private final Set<String> strict;
  private final boolean local;
  private final RuntimeValues runtime;
  private final Consumer<NamedFile> files;

  private FieldPolicy(
      Map<String, Fields> messages,
      Set<String> strict,
      boolean local,
      RuntimeValues runtime,
      Consumer<NamedFile> files) {
    this.messages = messages;
    this.strict = strict;
    this.local = local;
    this.runtime = runtime;
    this.files = files;
  }

  private static Map<String, Fields> byMessage(Map<String, Map<String, Rule>> byKey) {
    Map<String, Fields> messages = new HashMap<>();
    byKey.forEach(
        (key, rules) -> {
          String[] names = key.split(IN, 2);
          Fields fields =
              messages.computeIfAbsent(names[0], m -> new Fields(new HashMap<>(), new HashMap<>()));
          if (names.length == 1) {
            fields.base().putAll(rules);
          } else {
            fields.inParent().put(names[1], rules);
          }
        });
    return messages;
  }

  /** The policy for everything that Weft enforces, for what comes from afar. */
  static FieldPolicy weft() {
    return WEFT;
  }

  /** The same for this machine's own files. */
  static FieldPolicy local() {
    return LOCAL;
  }

  /** The same with values for fields that name a runtime key. */
  FieldPolicy with(RuntimeValues values) {
    return new FieldPolicy(messages, strict, local, values, files);
  }

  /** The same that tells of each file that is named. */
  FieldPolicy telling(Consumer<NamedFile> sources) {
    return new FieldPolicy(messages, strict, local, runtime, sources);
  }

  /** Is told of files that are named. */
  Consumer<NamedFile> files() {
    return files;
  }

  /** What fields that name a runtime key have instead of their defaults. */
  RuntimeValues runtime() {
    return runtime;
  }

  /**
   * Reads a policy.
   *
   * @throws IllegalArgumentException if a line is not of the form, with its number
   */
  static FieldPolicy parse(String text) {
    Map<String, Map<String, Rule>> messages = new HashMap<>();
    Set<String> strict = new TreeSet<>();
    List<String> current = List.of();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      List<String> words = List.of(line.strip().split("\\s+"));
      switch (words.getFirst()) {
        case "", "#" -> {}
        case "message" -> current = keys(words.subList(1, words.size()));
        case "strict" -> {
          current = keys(words.subList(2, words.size()));
          strict.addAll(current);
        }
        case "enforce", "local", "fixed", "ignore", "reject" -> {
          for (String message : current) {
            Map<String, Rule> fields = messages.get(message);
            for (String field : words.subList(1, words.size())) {
              String[] parts = field.split("=", 2);
              Rule rule = rule(words.getFirst(), parts);
              if (fields == null || rule == null || fields.put(parts[0], rule) != null) {
                throw new IllegalArgumentException(
                    "line " + number + " of the field policy: cannot take \"" + field + "\"");
              }
            }
          }
        }
        default ->
            throw new IllegalArgumentException(
                "line " + number + " of the field policy: \"" + words.getFirst() + "\"");
      }
      current.forEach(message -> messages.computeIfAbsent(message, m -> new HashMap<>()));
    }
    return new FieldPolicy(byMessage(messages), strict, false, RuntimeValues.NONE, source -> {});
  }

  /**
   * The rule for a field; rejected if nothing says otherwise.
   *
   * @param parent the message that holds the field's message; null at the top
   */
  Rule rule(FieldDescriptor field, @Nullable Descriptor parent) {
    Rule rule = explicit(field, parent);
    if (rule instanceof Local) {
      return local ? ENFORCE : REJECT;
    }
    return rule == null ? REJECT : rule;
  }

  /** As {@link #rule}, but null where the policy does not name the field. */
  @Nullable Rule explicit(FieldDescriptor field, @Nullable Descriptor parent) {
    Fields fields = messages.get(field.getContainingType().getFullName());
    if (fields == null) {
      return null;
    }
    if (parent != null && !fields.inParent().isEmpty()) {
      Rule override =
          fields.inParent().getOrDefault(parent.getFullName(), Map.of()).get(field.getName());
      if (override != null) {
        return override;
      }
    }
    return fields.base().get(field.getName());
  }

  /** Whether fields of a newer API are rejected in this message and below it. */
  boolean strict(Descriptor message) {
    return strict.contains(message.getFullName());
  }

  /** Whether it is for this machine's own files. */
  boolean isLocal() {
    return local;
  }

  /** The fields that it names, by message. */
  Map<String, Set<String>> named() {
    Map<String, Set<String>> named = new HashMap<>();
    messages.forEach(
        (message, fields) -> {
          Set<String> names = new TreeSet<>(fields.base().keySet());
          fields.inParent().values().forEach(rules -> names.addAll(rules.keySet()));
          named.put(message, names);
        });
    return named;
  }

  private static List<String> keys(List<String> words) {
    if (words.size() == 1) {
      return List.of(words.getFirst());
    }
    List<String> keys = new ArrayList<>();
    for (String parent : words.subList(2, words.size())) {
      keys.add(words.getFirst() + IN + parent);
    }
    return keys;
  }

  private static @Nullable Rule rule(String verb, String[] parts) {
    if (verb.equals("fixed") != (parts.length == 2)) {
      return null;
    }
    return switch (verb) {
      case "enforce" -> ENFORCE;
      case "local" -> new Local();
      case "fixed" -> new Fixed(parts[1]);
      case "ignore" -> new Ignore();
      default -> REJECT;
    };
  }

  /** The text of Weft's policy. */
  static String text() {
    try (InputStream in = FieldPolicy.class.getResourceAsStream("field-policy.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the file is part of this jar
    }
  }
}
