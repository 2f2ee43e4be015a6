package dev.weft.xds.codec;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.HeaderFormatCase;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords;

/** {@code header_key_format}: how names of headers are written over HTTP/1.1. */
final class HeaderKeys {
  private HeaderKeys() {}

  /** Whether names have capitals; another form is refused by the field policy. */
  static boolean properCase(Http1ProtocolOptions options, DecodeScope scope) {
    HeaderKeyFormat format = options.getHeaderKeyFormat();
    scope
        .at("header_key_format")
        .require(
            !options.hasHeaderKeyFormat()
                || format.getHeaderFormatCase() != HeaderFormatCase.HEADERFORMAT_NOT_SET,
            "must have proper_case_words");
    return format.hasProperCaseWords();
  }

  static void encode(boolean properCase, Http1ProtocolOptions.Builder options) {
    if (properCase) {
      options.getHeaderKeyFormatBuilder().setProperCaseWords(ProperCaseWords.getDefaultInstance());
    }
  }
}
