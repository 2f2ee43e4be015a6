package dev.weft.xds.codec;

import com.google.protobuf.Value;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.QueryMutation;
import dev.weft.xds.model.QueryMutation.Remove;
import dev.weft.xds.model.QueryMutation.Write;
import io.envoyproxy.envoy.config.core.v3.KeyValueAppend;
import io.envoyproxy.envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction;
import io.envoyproxy.envoy.config.core.v3.KeyValueMutation;
import io.envoyproxy.envoy.config.core.v3.KeyValuePair;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@code query_parameter_mutations} of {@code header_mutation.v3.Mutations}. */
final class QueryMutations {
  /** Bytes that a name may have, as with Envoy. */
  private static final int MAX_NAME = 16_384;

  private QueryMutations() {}

  static List<QueryMutation> decode(Mutations mutations, DecodeScope scope) {
    List<QueryMutation> changes = new ArrayList<>();
    for (int i = 0; i < mutations.getQueryParameterMutationsCount(); i++) {
      changes.add(
          decode(
              mutations.getQueryParameterMutations(i), scope.at("query_parameter_mutations", i)));
    }
    return changes;
  }

  private static QueryMutation decode(KeyValueMutation mutation, DecodeScope scope) {
    if (!mutation.hasAppend()) {
      scope.require(!mutation.getRemove().isEmpty(), "must have one of append and remove");
      return new Remove(name(mutation.getRemove(), scope.at("remove")));
    }
    scope.require(mutation.getRemove().isEmpty(), "has both append and remove");
    KeyValueAppend append = mutation.getAppend();
    DecodeScope at = scope.at("append");
    DecodeScope record = at.at("record");
    if (record.require(append.hasRecord(), "must be set")) {
      record.at("key").require(!append.getRecord().getKey().isEmpty(), "must not be empty");
    }
    String value = append.getRecord().getValue().getStringValue();
    if (append.hasRecord()) {
      DecodeScope text = record.at("value");
      text.require(append.getRecord().getValue().hasStringValue(), "must be a string");
      HeaderMutationsCodec.operators(value, text);
    }
    return new Write(
        name(append.getRecord().getKey(), record.at("key")), value, action(append, at));
  }

  private static String name(String name, DecodeScope scope) {
    scope.require(
        name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME,
        "must not have more than " + MAX_NAME + " bytes");
    return name;
  }

  private static Append action(KeyValueAppend append, DecodeScope scope) {
    return switch (append.getAction()) {
      case APPEND_IF_EXISTS_OR_ADD -> Append.APPEND_IF_EXISTS_OR_ADD;
      case ADD_IF_ABSENT -> Append.ADD_IF_ABSENT;
      case OVERWRITE_IF_EXISTS_OR_ADD -> Append.OVERWRITE_IF_EXISTS_OR_ADD;
      case OVERWRITE_IF_EXISTS -> Append.OVERWRITE_IF_EXISTS;
      case UNRECOGNIZED -> {
        scope.at("action").problem("is not known");
        yield Append.APPEND_IF_EXISTS_OR_ADD;
      }
    };
  }

  static KeyValueMutation encode(QueryMutation change) {
    return switch (change) {
      case Remove(String name) -> KeyValueMutation.newBuilder().setRemove(name).build();
      case Write(String name, String value, Append append) ->
          KeyValueMutation.newBuilder()
              .setAppend(
                  KeyValueAppend.newBuilder()
                      .setRecord(
                          KeyValuePair.newBuilder()
                              .setKey(name)
                              .setValue(Value.newBuilder().setStringValue(value)))
                      .setAction(
                          switch (append) {
                            case APPEND_IF_EXISTS_OR_ADD ->
                                KeyValueAppendAction.APPEND_IF_EXISTS_OR_ADD;
                            case ADD_IF_ABSENT -> KeyValueAppendAction.ADD_IF_ABSENT;
                            case OVERWRITE_IF_EXISTS_OR_ADD ->
                                KeyValueAppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
                            case OVERWRITE_IF_EXISTS -> KeyValueAppendAction.OVERWRITE_IF_EXISTS;
                          }))
              .build();
    };
  }
}
