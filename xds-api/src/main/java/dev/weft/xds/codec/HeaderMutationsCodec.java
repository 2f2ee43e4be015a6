package dev.weft.xds.codec;

import dev.weft.xds.format.FormatText;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The four lists of header changes that route configurations carry at every level. */
final class HeaderMutationsCodec {
  private HeaderMutationsCodec() {}

  static HeaderMutations decode(
      List<HeaderValueOption> requestAdd,
      List<String> requestRemove,
      List<HeaderValueOption> responseAdd,
      List<String> responseRemove,
      DecodeScope scope) {
    HeaderMutations mutations =
        new HeaderMutations(
            additions(requestAdd, "request_headers_to_add", scope),
            removals(requestRemove, "request_headers_to_remove", scope),
            additions(responseAdd, "response_headers_to_add", scope),
            removals(responseRemove, "response_headers_to_remove", scope));
    return mutations.isEmpty() ? HeaderMutations.NONE : mutations;
  }

  private static List<String> removals(List<String> names, String field, DecodeScope scope) {
    List<String> removals = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      removals.add(HeaderNames.changed(names.get(i), scope.at(field, i)));
    }
    return removals;
  }

  static List<HeaderValue> additions(
      List<HeaderValueOption> options, String field, DecodeScope scope) {
    List<HeaderValue> additions = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      HeaderValue addition = addition(options.get(i), scope.at(field, i));
      if (addition != null) {
        additions.add(addition);
      }
    }
    return additions;
  }

  static @Nullable HeaderValue addition(HeaderValueOption option, DecodeScope scope) {
    DecodeScope header = scope.at("header");
    String name = HeaderNames.changed(option.getHeader().getKey(), header.at("key"));
    boolean raw = !option.getHeader().getRawValue().isEmpty();
    DecodeScope valueScope = header.at(raw ? "raw_value" : "value");
    header.require(
        !raw || option.getHeader().getValue().isEmpty(), "has both a value and a raw_value");
    String value =
        format(
            raw
                ? Wire.utf8(option.getHeader().getRawValue(), valueScope)
                : option.getHeader().getValue(),
            valueScope);
    Append append = append(option, scope);
    boolean keepEmpty = option.getKeepEmptyValue();
    // an empty value changes nothing, unless it is to be kept
    return value.isEmpty() && !keepEmpty ? null : new HeaderValue(name, value, append, keepEmpty);
  }

  /** A text whose command operators are known. */
  private static String format(String value, DecodeScope scope) {
    scope.require(HeaderNames.isValue(value), "has a line end or a NUL, which no header can carry");
    operators(value, scope);
    return value;
  }

  /** Has a problem where a command operator of a text is not known. */
  static void operators(String value, DecodeScope scope) {
    try {
      FormatText.parse(value);
    } catch (IllegalArgumentException e) {
      scope.problem(String.valueOf(e.getMessage()));
    }
  }

  static Append append(HeaderValueOption option, DecodeScope scope) {
    if (option.hasAppend()) {
      scope
          .at("append")
          .require(option.getAppendActionValue() == 0, "cannot be set together with append_action");
      return option.getAppend().getValue()
          ? Append.APPEND_IF_EXISTS_OR_ADD
          : Append.OVERWRITE_IF_EXISTS_OR_ADD;
    }
    return switch (option.getAppendAction()) {
      case APPEND_IF_EXISTS_OR_ADD -> Append.APPEND_IF_EXISTS_OR_ADD;
      case ADD_IF_ABSENT -> Append.ADD_IF_ABSENT;
      case OVERWRITE_IF_EXISTS_OR_ADD -> Append.OVERWRITE_IF_EXISTS_OR_ADD;
      case OVERWRITE_IF_EXISTS -> Append.OVERWRITE_IF_EXISTS;
      case UNRECOGNIZED -> {
        scope.at("append_action").problem("is not known");
        yield Append.APPEND_IF_EXISTS_OR_ADD;
      }
    };
  }

  static List<HeaderValueOption> encode(List<HeaderValue> additions) {
    return additions.stream().map(HeaderMutationsCodec::encode).toList();
  }

  private static HeaderValueOption encode(HeaderValue addition) {
    return HeaderValueOption.newBuilder()
        .setHeader(
            io.envoyproxy.envoy.config.core.v3.HeaderValue.newBuilder()
                .setKey(addition.name())
                .setValue(addition.value()))
        .setAppendAction(
            switch (addition.append()) {
              case APPEND_IF_EXISTS_OR_ADD -> HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD;
              case ADD_IF_ABSENT -> HeaderAppendAction.ADD_IF_ABSENT;
              case OVERWRITE_IF_EXISTS_OR_ADD -> HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
              case OVERWRITE_IF_EXISTS -> HeaderAppendAction.OVERWRITE_IF_EXISTS;
            })
        .setKeepEmptyValue(addition.keepEmpty())
        .build();
  }
}
