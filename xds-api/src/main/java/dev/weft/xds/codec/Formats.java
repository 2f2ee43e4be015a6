package dev.weft.xds.codec;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.xds.format.FormatText;
import dev.weft.xds.format.Operator;
import dev.weft.xds.model.JsonTemplate;
import dev.weft.xds.model.SubstitutionFormat;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Texts and JSON with command operators ({@code SubstitutionFormatString}). */
final class Formats {
  private static final String WITHOUT_QUERY =
      "envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery";

  private Formats() {}

  /** A text with operators; what is wrong with one is noted. */
  static String text(String format, DecodeScope scope) {
    try {
      for (FormatText.Part part : FormatText.parse(format)) {
        // what a control plane asks for, a header could carry away
        if (part instanceof FormatText.Command(Operator operator, String operand, int length)
            && operator == Operator.ENVIRONMENT
            && !scope.local()) {
          scope.problem("may not ask for %ENVIRONMENT%: it does not come from this machine");
        }
      }
    } catch (IllegalArgumentException e) {
      scope.problem(String.valueOf(e.getMessage()));
    }
    return format;
  }

  static SubstitutionFormat decode(SubstitutionFormatString format, DecodeScope scope) {
    for (int i = 0; i < format.getFormattersCount(); i++) {
      String type = DecodeScope.typeName(format.getFormatters(i).getTypedConfig());
      scope
          .at("formatters", i)
          .at("typed_config")
          .require(type.equals(WITHOUT_QUERY), "is a \"" + type + "\", which is not supported");
    }
    SubstitutionFormat.Content content =
        switch (format.getFormatCase()) {
          case TEXT_FORMAT ->
              new SubstitutionFormat.Text(text(format.getTextFormat(), scope.at("text_format")));
          case TEXT_FORMAT_SOURCE -> {
            DecodeScope at = scope.at("text_format_source");
            yield new SubstitutionFormat.Text(
                text(Wire.text(format.getTextFormatSource(), at), at));
          }
          case JSON_FORMAT ->
              new SubstitutionFormat.Json(fields(format.getJsonFormat(), scope.at("json_format")));
          case FORMAT_NOT_SET -> {
            scope.problem("must have one of text_format_source and json_format");
            yield new SubstitutionFormat.Text("");
          }
        };
    return new SubstitutionFormat(content, format.getOmitEmptyValues(), format.getContentType());
  }

  static JsonTemplate.Fields fields(Struct struct, DecodeScope scope) {
    Map<String, JsonTemplate> fields = new TreeMap<>();
    struct
        .getFieldsMap()
        .forEach((name, value) -> fields.put(name, template(value, scope.at("fields", name))));
    return new JsonTemplate.Fields(new TreeMap<>(fields));
  }

  private static JsonTemplate template(Value value, DecodeScope scope) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> new JsonTemplate.Text(text(value.getStringValue(), scope));
      case STRUCT_VALUE -> fields(value.getStructValue(), scope);
      case LIST_VALUE -> {
        List<JsonTemplate> values = new ArrayList<>();
        for (int i = 0; i < value.getListValue().getValuesCount(); i++) {
          values.add(template(value.getListValue().getValues(i), scope.at("values", i)));
        }
        yield new JsonTemplate.Values(values);
      }
      case NUMBER_VALUE -> new JsonTemplate.Constant(value.getNumberValue());
      case BOOL_VALUE -> new JsonTemplate.Flag(value.getBoolValue());
      case NULL_VALUE, KIND_NOT_SET -> new JsonTemplate.Null();
    };
  }

  static SubstitutionFormatString encode(SubstitutionFormat format) {
    SubstitutionFormatString.Builder encoded =
        SubstitutionFormatString.newBuilder()
            .setOmitEmptyValues(format.omitEmptyValues())
            .setContentType(format.contentType());
    switch (format.content()) {
      case SubstitutionFormat.Text(String text) -> encoded.setTextFormatSource(Wire.source(text));
      case SubstitutionFormat.Json(JsonTemplate.Fields template) ->
          encoded.setJsonFormat(encode(template));
    }
    return encoded.build();
  }

  private static Struct encode(JsonTemplate.Fields template) {
    Struct.Builder struct = Struct.newBuilder();
    template.fields().forEach((name, value) -> struct.putFields(name, encode(value)));
    return struct.build();
  }

  private static Value encode(JsonTemplate template) {
    Value.Builder value = Value.newBuilder();
    return switch (template) {
      case JsonTemplate.Fields fields -> value.setStructValue(encode(fields)).build();
      case JsonTemplate.Values(List<JsonTemplate> values) ->
          value
              .setListValue(
                  ListValue.newBuilder()
                      .addAllValues(values.stream().map(Formats::encode).toList()))
              .build();
      case JsonTemplate.Text(String format) -> value.setStringValue(format).build();
      case JsonTemplate.Constant(double number) -> value.setNumberValue(number).build();
      case JsonTemplate.Flag(boolean flag) -> value.setBoolValue(flag).build();
      case JsonTemplate.Null() -> value.setNullValue(NullValue.NULL_VALUE).build();
    };
  }
}
