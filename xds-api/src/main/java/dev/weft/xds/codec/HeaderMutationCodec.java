package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMutationFilter;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;

/** {@code envoy.extensions.filters.http.header_mutation.v3.HeaderMutation}. */
final class HeaderMutationCodec implements FilterCodec<HeaderMutation, HeaderMutationFilter> {
  @Override
  public HeaderMutation prototype() {
    return HeaderMutation.getDefaultInstance();
  }

  @Override
  public Class<HeaderMutationFilter> model() {
    return HeaderMutationFilter.class;
  }

  @Override
  public HeaderMutationFilter decode(String name, HeaderMutation message, DecodeScope scope) {
    return new HeaderMutationFilter(
        name,
        HeaderSteps.decode(message.getMutations(), scope.at("mutations")),
        QueryMutations.decode(message.getMutations(), scope.at("mutations")),
        message.getMostSpecificHeaderMutationsWins());
  }

  @Override
  public HeaderMutation encode(HeaderMutationFilter model) {
    return HeaderMutation.newBuilder()
        .setMutations(HeaderSteps.encode(model.steps(), model.query()))
        .setMostSpecificHeaderMutationsWins(model.mostSpecificWins())
        .build();
  }
}
