package dev.weft.xds.codec;

import dev.weft.xds.model.FaultFilter;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;

/** {@code envoy.extensions.filters.http.fault.v3.HTTPFault}. */
final class FaultCodec implements FilterCodec<HTTPFault, FaultFilter> {
  @Override
  public HTTPFault prototype() {
    return HTTPFault.getDefaultInstance();
  }

  @Override
  public Class<FaultFilter> model() {
    return FaultFilter.class;
  }

  @Override
  public FaultFilter decode(String name, HTTPFault message, DecodeScope scope) {
    return new FaultFilter(name, Faults.decode(message, scope));
  }

  @Override
  public HTTPFault encode(FaultFilter model) {
    return Faults.encode(model.fault());
  }
}
