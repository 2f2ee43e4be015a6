package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.HeaderMutationRoute;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.QueryMutation.Remove;
import dev.weft.xds.model.QueryMutation.Write;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes of queries as a user writes them, and what is refused of them by its path. */
class QueryMutationsTest {
  private final RouteFilterJson<HeaderMutationRoute> filter =
      new RouteFilterJson<>(HeaderMutationPerRoute.getDefaultInstance(), HeaderMutationRoute.class);

  private static String changes(String json) {
    return "{mutations: {query_parameter_mutations: [" + json + "]}}";
  }

  @Test
  void changesKeepTheirOrder() {
    assertThat(
            filter.read(
                changes(
                    """
                    {append: {record: {key: a, value: "%REQ(x-a)%"}}},
                    {remove: b},
                    {append: {record: {key: c, value: ""}, action: OVERWRITE_IF_EXISTS}}
                    """)))
        .isEqualTo(
            new HeaderMutationRoute(
                List.of(),
                List.of(
                    new Write("a", "%REQ(x-a)%", Append.APPEND_IF_EXISTS_OR_ADD),
                    new Remove("b"),
                    new Write("c", "", Append.OVERWRITE_IF_EXISTS))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                               |
          {remove: ""}                                                     |
          {remove: a, append: {record: {key: a, value: b}}}                |
          {append: {}}                                                     | .append.record
          {append: {record: {key: a}}}                                     | .append.record.value
          {append: {record: {key: a, value: 1}}}                           | .append.record.value
          {append: {record: {key: a, value: "%NOPE%"}}}                    | .append.record.value
          {append: {record: {key: "", value: b}}}                          | .append.record.key
          {append: {record: {key: a, value: b}, action: 9}}                | .append.action
          {append: {record: {key: a, value: b}, entry: {key: a, value: "YQ=="}}} | .append.entry
          """)
  void whatCannotBeIsRefusedByItsPath(String json, String path) {
    filter.assertRefused(
        changes(json), "mutations.query_parameter_mutations[0]" + (path == null ? "" : path));
  }
}
