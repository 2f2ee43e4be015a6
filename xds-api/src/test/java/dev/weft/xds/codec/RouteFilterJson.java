package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HttpFilterRouteConfig;
import dev.weft.xds.model.RouteConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.List;

/** What a user writes of one filter on routes, in JSON. */
final class RouteFilterJson<M extends HttpFilterRouteConfig> {
  private static final String NAME = "filter";

  private final Codecs codecs = new Codecs();
  private final Message message;
  private final Class<M> model;

  /**
   * @param message the default instance
   */
  RouteFilterJson(Message message, Class<M> model) {
    this.message = message;
    this.model = model;
  }

  /** What is meant; fails if anything is wrong with it. */
  M read(String json) {
    Decoded<?> decoded = decode(json);
    if (decoded instanceof Decoded.Valid<?>(RouteConfig table, List<Problem> none)
        && none.isEmpty()
        && table.filters().get(NAME) instanceof FilterOverride.Configure(var config)) {
      return model.cast(config);
    }
    throw new AssertionError(decoded);
  }

  /** It is refused, with the path of the field first. */
  void assertRefused(String json, String path) {
    assertThat(decode(json))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(invalid.detail())
                    .startsWith("typed_per_filter_config[\"" + NAME + "\"]." + path + ":"));
  }

  private Decoded<?> decode(String json) {
    Message.Builder said = message.newBuilderForType();
    try {
      JsonFormat.parser().merge(json, said);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(json, e);
    }
    return codecs.decode(
        RouteConfiguration.newBuilder()
            .setName("routes")
            .putTypedPerFilterConfig(NAME, Any.pack(said.build()))
            .build());
  }
}
