package dev.weft.xds.codec;

import dev.weft.xds.model.Fault;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;

/** {@code envoy.extensions.filters.http.fault.v3.HTTPFault} of routes. */
final class FaultRouteCodec implements RouteFilterCodec<HTTPFault, Fault> {
  @Override
  public HTTPFault prototype() {
    return HTTPFault.getDefaultInstance();
  }

  @Override
  public Class<Fault> model() {
    return Fault.class;
  }

  @Override
  public Fault decode(HTTPFault message, DecodeScope scope) {
    return Faults.decode(message, scope);
  }

  @Override
  public HTTPFault encode(Fault model) {
    return Faults.encode(model);
  }
}
