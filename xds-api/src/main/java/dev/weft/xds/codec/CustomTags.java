package dev.weft.xds.codec;

import dev.weft.xds.model.CustomTag.Environment;
import dev.weft.xds.model.CustomTag.Literal;
import dev.weft.xds.model.CustomTag.RequestHeader;
import dev.weft.xds.model.CustomTag.Source;
import dev.weft.xds.model.MetadataKind;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.envoyproxy.envoy.type.tracing.v3.CustomTag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code envoy.type.tracing.v3.CustomTag}. */
final class CustomTags {
  private CustomTags() {}

  /**
   * Decodes tags; of several of one name the first counts, as with Envoy.
   *
   * @param scope where {@code custom_tags} is a field
   */
  static List<dev.weft.xds.model.CustomTag> decode(List<CustomTag> tags, DecodeScope scope) {
    List<dev.weft.xds.model.CustomTag> decoded = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < tags.size(); i++) {
      DecodeScope at = scope.at("custom_tags", i);
      Source source = source(tags.get(i), at);
      if (names.add(Wire.text(tags.get(i).getTag(), at.at("tag")))) {
        decoded.add(new dev.weft.xds.model.CustomTag(tags.get(i).getTag(), source));
      }
    }
    return decoded;
  }

  private static Source source(CustomTag tag, DecodeScope scope) {
    return switch (tag.getTypeCase()) {
      case LITERAL ->
          new Literal(Wire.text(tag.getLiteral().getValue(), scope.at("literal").at("value")));
      case ENVIRONMENT ->
          new Environment(
              Wire.text(tag.getEnvironment().getName(), scope.at("environment").at("name")),
              tag.getEnvironment().getDefaultValue());
      case REQUEST_HEADER ->
          new RequestHeader(
              HeaderNames.matched(
                  tag.getRequestHeader().getName(), scope.at("request_header").at("name")),
              tag.getRequestHeader().getDefaultValue());
      case METADATA -> metadata(tag.getMetadata(), scope.at("metadata"));
      case TYPE_NOT_SET -> {
        scope.problem("must have one of literal, environment, request_header and metadata");
        yield new Literal("");
      }
    };
  }

  private static Source metadata(CustomTag.Metadata metadata, DecodeScope scope) {
    DecodeScope at = scope.at("metadata_key");
    MetadataKey key = metadata.getMetadataKey();
    at.at("path").require(key.getPathCount() > 0, "must not be empty");
    List<String> path = new ArrayList<>();
    for (int i = 0; i < key.getPathCount(); i++) {
      path.add(Wire.text(key.getPath(i).getKey(), at.at("path", i).at("key")));
    }
    scope.at("kind").require(metadata.hasKind(), "must be set");
    return new dev.weft.xds.model.CustomTag.Metadata(
        switch (metadata.getKind().getKindCase()) {
          case ROUTE -> MetadataKind.ROUTE;
          case CLUSTER -> MetadataKind.CLUSTER;
          case HOST -> MetadataKind.HOST;
          case REQUEST, KIND_NOT_SET -> MetadataKind.REQUEST;
        },
        Wire.text(key.getKey(), at.at("key")),
        path,
        metadata.getDefaultValue());
  }

  static List<CustomTag> encode(List<dev.weft.xds.model.CustomTag> tags) {
    return tags.stream().map(CustomTags::encode).toList();
  }

  private static CustomTag encode(dev.weft.xds.model.CustomTag tag) {
    CustomTag.Builder encoded = CustomTag.newBuilder().setTag(tag.name());
    switch (tag.source()) {
      case Literal(String value) -> encoded.getLiteralBuilder().setValue(value);
      case Environment(String variable, String otherwise) ->
          encoded.getEnvironmentBuilder().setName(variable).setDefaultValue(otherwise);
      case RequestHeader(String header, String otherwise) ->
          encoded.getRequestHeaderBuilder().setName(header).setDefaultValue(otherwise);
      case dev.weft.xds.model.CustomTag.Metadata metadata -> {
        MetadataKey.Builder key = MetadataKey.newBuilder().setKey(metadata.namespace());
        metadata.path().forEach(part -> key.addPathBuilder().setKey(part));
        encoded
            .getMetadataBuilder()
            .setKind(kind(metadata.kind()))
            .setMetadataKey(key)
            .setDefaultValue(metadata.otherwise());
      }
    }
    return encoded.build();
  }

  private static io.envoyproxy.envoy.type.metadata.v3.MetadataKind kind(MetadataKind kind) {
    var encoded = io.envoyproxy.envoy.type.metadata.v3.MetadataKind.newBuilder();
    switch (kind) {
      case REQUEST -> encoded.getRequestBuilder();
      case ROUTE -> encoded.getRouteBuilder();
      case CLUSTER -> encoded.getClusterBuilder();
      case HOST -> encoded.getHostBuilder();
    }
    return encoded.build();
  }
}
