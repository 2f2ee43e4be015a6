package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.OriginalDestination;
import dev.weft.xds.model.ProxyHeaders;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import org.jspecify.annotations.Nullable;

/**
 * What a listener looks at before it knows a connection's chain. The order of the inspectors makes
 * no difference to what they find.
 *
 * @param proxyHeaders which PROXY headers connections begin with; null for none
 * @param originalDestination that the system is asked where connections led to; null if it is not
 */
record ListenerFilters(
    boolean tls,
    boolean http,
    @Nullable ProxyHeaders proxyHeaders,
    @Nullable OriginalDestination originalDestination) {

  static ListenerFilters decode(Listener listener, DecodeScope scope) {
    boolean tls = false;
    boolean http = false;
    ProxyHeaders proxyHeaders = null;
    boolean handsOver = listener.getUseOriginalDst().getValue();
    boolean asks = handsOver;
    boolean afterHeader = true;
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
            .require(
                proxyHeaders == null && !tls && !http,
                "must be the first that reads: its header is what a connection begins with");
        proxyHeaders = filter == null ? null : ProxyHeaderFilters.decode(filter, at);
        afterHeader = handsOver || !asks;
      } else if (Extensions.is(config, OriginalDst.getDefaultInstance())) {
        at.unpack(config, OriginalDst.getDefaultInstance());
        asks = true;
        afterHeader = true;
      } else {
        at.problem(
            "the listener filter \""
                + DecodeScope.typeName(config)
                + "\" is not supported: only OriginalDst, ProxyProtocol, TlsInspector and"
                + " HttpInspector are");
      }
    }
    return new ListenerFilters(
        tls, http, proxyHeaders, asks ? new OriginalDestination(afterHeader, handsOver) : null);
  }

  static void encode(dev.weft.xds.model.Listener listener, Listener.Builder encoded) {
    OriginalDestination original = listener.originalDestination();
    if (original != null && original.handsOver()) {
      encoded.setUseOriginalDst(Wire.bool(true));
    }
    if (original != null && !original.afterHeader()) {
      encoded.addListenerFilters(filter("original_dst", OriginalDst.getDefaultInstance()));
    }
    if (listener.proxyHeaders() != null) {
      encoded.addListenerFilters(
          filter("proxy_protocol", ProxyHeaderFilters.encode(listener.proxyHeaders())));
    }
    if (original != null && original.afterHeader() && !original.handsOver()) {
      encoded.addListenerFilters(filter("original_dst", OriginalDst.getDefaultInstance()));
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
