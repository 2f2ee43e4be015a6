package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A place in a message that is being decoded, and where its problems are noted. A decoder that
 * finds one goes on with any value of the right type: a result with problems is never used.
 */
final class DecodeScope {
  private final @Nullable DecodeScope parent;
  private final String field;
  private final @Nullable Object index;
  private final Findings findings;

  private record Findings(
      FieldPolicy policy, FieldWalk walk, Set<Problem> problems, Set<Problem> warnings) {
    Findings(FieldPolicy policy) {
      this(policy, new FieldWalk(policy), new LinkedHashSet<>(), new LinkedHashSet<>());
    }
  }

  private DecodeScope(
      @Nullable DecodeScope parent, String field, @Nullable Object index, Findings findings) {
    this.parent = parent;
    this.field = field;
    this.index = index;
    this.findings = findings;
  }

  /** Decodes one resource: checks its fields, converts it, and gives the value or the problems. */
  static <P extends Message, M> Decoded<M> decode(
      FieldPolicy policy, P message, BiFunction<P, DecodeScope, M> convert) {
    Findings findings = new Findings(policy);
    DecodeScope root = new DecodeScope(null, "", null, findings);
    findings.walk().check(message.getDescriptorForType(), message.toByteString(), root);
    M value = convert.apply(message, root);
    List<Problem> warnings = List.copyOf(findings.warnings());
    return findings.problems().isEmpty()
        ? new Decoded.Valid<>(value, warnings)
        : new Decoded.Invalid<>(List.copyOf(findings.problems()), warnings);
  }

  /** What is wrong with the fields of a message that nobody here decodes. */
  static List<Problem> problems(FieldPolicy policy, Message message) {
    Findings findings = new Findings(policy);
    DecodeScope root = new DecodeScope(null, "", null, findings);
    findings.walk().check(message.getDescriptorForType(), message.toByteString(), root);
    return List.copyOf(findings.problems());
  }

  DecodeScope at(String field) {
    return new DecodeScope(this, field, null, findings);
  }

  DecodeScope at(String field, int index) {
    return new DecodeScope(this, field, index, findings);
  }

  DecodeScope at(String field, String key) {
    return new DecodeScope(this, field, key, findings);
  }

  /** Whether what is decoded is this machine's own, and may name its files. */
  boolean local() {
    return findings.policy().isLocal();
  }

  /** A file of this machine is named. */
  void file(NamedFile named) {
    findings.policy().files().accept(named);
  }

  /** What fields that name a runtime key have instead of their defaults. */
  RuntimeValues runtime() {
    return findings.policy().runtime();
  }

  void problem(String reason) {
    findings.problems().add(new Problem(path(), reason));
  }

  void warning(String reason) {
    findings.warnings().add(new Problem(path(), reason));
  }

  /** Notes a problem unless the condition holds, which it returns. */
  boolean require(boolean condition, String reason) {
    if (!condition) {
      problem(reason);
    }
    return condition;
  }

  /** Unpacks an extension that stands here and checks its fields; null if it cannot be. */
  <P extends Message> @Nullable P unpack(Any any, P prototype) {
    try {
      @SuppressWarnings("unchecked") // a prototype's parser gives messages of its type
      P message = (P) prototype.getParserForType().parseFrom(any.getValue());
      findings.walk().check(message.getDescriptorForType(), any.getValue(), this);
      return message;
    } catch (InvalidProtocolBufferException e) {
      problem("the bytes are no " + typeName(any) + ": " + e.getMessage());
      return null;
    }
  }

  /** The name of the message in an {@code Any}, without the host before it. */
  static String typeName(Any any) {
    return any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1);
  }

  private String path() {
    List<String> segments = new ArrayList<>();
    for (DecodeScope scope = this; scope.parent != null; scope = scope.parent) {
      segments.add(
          switch (scope.index) {
            case null -> scope.field;
            case String key -> scope.field + "[\"" + key + "\"]";
            case Object number -> scope.field + "[" + number + "]";
          });
    }
    return String.join(".", segments.reversed());
  }
}
