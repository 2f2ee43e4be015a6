package dev.weft.xds.codec;

import dev.weft.xds.model.RequestNames;
import dev.weft.xds.model.UpstreamTls;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.core.v3.UpstreamHttpProtocolOptions}. */
final class RequestNamesCodec {
  private RequestNamesCodec() {}

  static @Nullable RequestNames decode(UpstreamHttpProtocolOptions options, DecodeScope scope) {
    String said = options.getOverrideAutoSniHeader();
    String header =
        said.isEmpty() ? "" : HeaderNames.matched(said, scope.at("override_auto_sni_header"));
    if (!options.getAutoSni() && !options.getAutoSanValidation()) {
      return null;
    }
    return new RequestNames(
        options.getAutoSni(),
        options.getAutoSanValidation(),
        // which are the host itself
        header.equals(":authority") || header.equals("host") ? "" : header);
  }

  /**
   * Asks for roots where names are verified: without them anyone could present any.
   *
   * @param tls what endpoints are spoken to by; null for plaintext, which verifies nothing
   * @param scope of the cluster
   */
  static void requireTrust(
      @Nullable RequestNames names, @Nullable UpstreamTls tls, String by, DecodeScope scope) {
    scope.require(
        names == null || !names.verified() || tls == null || tls.common().trust() != null,
        "has auto_san_validation, for which " + by + " needs a validation context with trusted_ca");
  }

  static UpstreamHttpProtocolOptions encode(RequestNames names) {
    return UpstreamHttpProtocolOptions.newBuilder()
        .setAutoSni(names.sni())
        .setAutoSanValidation(names.verified())
        .setOverrideAutoSniHeader(names.header())
        .build();
  }
}
