package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.ProxyHeaders;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import org.jspecify.annotations.Nullable;

/**
 * What a listener looks at before it knows a connection's chain. The order of the inspectors makes
 * no difference to what they find.
 *
 * @param proxyHeaders which PROXY headers connections begin with; null for none
 */
record ListenerFilters(boolean tls, boolean http, @Nullable ProxyHeaders proxyHeaders) {

  static ListenerFilters decode(Listener listener, DecodeScope scope) {
    boolean tls = false;
    boolean http = false;
    ProxyHeaders proxyHeaders = null;
    for (int i = 0; i < listener.getListenerFiltersCount(); i++) {
      Any config = listener.getListenerFilters(i).getTypedConfig();
      DecodeScope at = scope.at("listener_filters", i).at("typed_config");
      if (Extensions.is(config, TlsInspector.getDefaultInstance())) {
        at.unpack(config, TlsInspector.getDefaultInstance());
        tls = true;
      } else if (Extensions.is(config, HttpInspector.getDefaultInstance())) {
        at.unpack(config, HttpInspector.getDefaultInstance());
        http = true;
      } else if (Extensions.is(config, ProxyProtocol.getDefaultInstance())) {
        ProxyProtocol filter = at.unpack(config, ProxyProtocol.getDefaultInstance());
        scope
            .at("listener_filters", i)
            .require(i == 0, "must be the first: its header is what a connection begins with");
        proxyHeaders = filter == null ? null : ProxyHeaderFilters.decode(filter, at);
      } else {
        at.problem(
            "the listener filter \""
                + DecodeScope.typeName(config)
                + "\" is not supported: only ProxyProtocol, TlsInspector and HttpInspector are");
      }
    }
    return new ListenerFilters(tls, http, proxyHeaders);
  }

  static void encode(dev.weft.xds.model.Listener listener, Listener.Builder encoded) {
    if (listener.proxyHeaders() != null) {
      encoded.addListenerFilters(
          filter("proxy_protocol", ProxyHeaderFilters.encode(listener.proxyHeaders())));
    }
    if (listener.tlsInspector()) {
      encoded.addListenerFilters(filter("tls_inspector", TlsInspector.getDefaultInstance()));
    }
    if (listener.httpInspector()) {
      encoded.addListenerFilters(filter("http_inspector", HttpInspector.getDefaultInstance()));
    }
  }

  private static ListenerFilter.Builder filter(String name, Message config) {
    return ListenerFilter.newBuilder()
        .setName("envoy.filters.listener." + name)
        .setTypedConfig(Extensions.pack(config));
  }
}
