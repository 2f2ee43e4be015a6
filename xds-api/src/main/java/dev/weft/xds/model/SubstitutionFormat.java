package dev.weft.xds.model;

/**
 * A text or JSON with command operators ({@code envoy.config.core.v3.SubstitutionFormatString}).
 *
 * @param omitEmptyValues leaves out what is not there, instead of {@code -}
 * @param contentType of an answer that has it as its body; empty for the usual one
 */
public record SubstitutionFormat(Content content, boolean omitEmptyValues, String contentType) {
  /** What is written. */
  public sealed interface Content {}

  /** A text. */
  public record Text(String format) implements Content {}

  /** A JSON object. */
  public record Json(JsonTemplate.Fields template) implements Content {}
}
