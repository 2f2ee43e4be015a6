package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import dev.weft.xds.model.QueryMutation;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import java.util.ArrayList;
import java.util.List;

/** {@code header_mutation.v3.Mutations}: changes one by one, those of requests first. */
final class HeaderSteps {
  private HeaderSteps() {}

  static List<HeaderMutations> decode(Mutations mutations, DecodeScope scope) {
    List<HeaderMutations> steps = new ArrayList<>();
    for (int i = 0; i < mutations.getRequestMutationsCount(); i++) {
      DecodeScope at = scope.at("request_mutations", i);
      HeaderMutation mutation = mutations.getRequestMutations(i);
      List<String> remove = remove(mutation, at);
      List<HeaderValue> add = add(mutation, at);
      if (!add.isEmpty() || !remove.isEmpty()) {
        steps.add(new HeaderMutations(add, remove, List.of(), List.of()));
      }
    }
    for (int i = 0; i < mutations.getResponseMutationsCount(); i++) {
      DecodeScope at = scope.at("response_mutations", i);
      HeaderMutation mutation = mutations.getResponseMutations(i);
      List<String> remove = remove(mutation, at);
      List<HeaderValue> add = add(mutation, at);
      if (!add.isEmpty() || !remove.isEmpty()) {
        steps.add(new HeaderMutations(List.of(), List.of(), add, remove));
      }
    }
    return steps;
  }

  private static List<String> remove(HeaderMutation mutation, DecodeScope scope) {
    switch (mutation.getActionCase()) {
      case REMOVE -> {
        return List.of(HeaderNames.changed(mutation.getRemove(), scope.at("remove")));
      }
      case ACTION_NOT_SET -> scope.problem("must have one of remove and append");
      default -> {} // refused by the field policy, but for append
    }
    return List.of();
  }

  private static List<HeaderValue> add(HeaderMutation mutation, DecodeScope scope) {
    if (!mutation.hasAppend()) {
      return List.of();
    }
    HeaderValue added = HeaderMutationsCodec.addition(mutation.getAppend(), scope.at("append"));
    return added == null ? List.of() : List.of(added);
  }

  static Mutations encode(List<HeaderMutations> steps, List<QueryMutation> query) {
    Mutations.Builder encoded = Mutations.newBuilder();
    for (HeaderMutations step : steps) {
      step.requestRemove()
          .forEach(
              name -> encoded.addRequestMutations(HeaderMutation.newBuilder().setRemove(name)));
      HeaderMutationsCodec.encode(step.requestAdd())
          .forEach(
              option -> encoded.addRequestMutations(HeaderMutation.newBuilder().setAppend(option)));
      step.responseRemove()
          .forEach(
              name -> encoded.addResponseMutations(HeaderMutation.newBuilder().setRemove(name)));
      HeaderMutationsCodec.encode(step.responseAdd())
          .forEach(
              option ->
                  encoded.addResponseMutations(HeaderMutation.newBuilder().setAppend(option)));
    }
    query.forEach(change -> encoded.addQueryParameterMutations(QueryMutations.encode(change)));
    return encoded.build();
  }
}
