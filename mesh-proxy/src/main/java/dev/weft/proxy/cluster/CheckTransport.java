package dev.weft.proxy.cluster;

import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.upstream.Preface;
import org.jspecify.annotations.Nullable;

/**
 * What carries the health checks of an endpoint.
 *
 * @param tls null for plaintext
 * @param sni the server name to ask for; null for none
 * @param preface the PROXY header that connections begin with; null for none
 */
public record CheckTransport(
    TlsContexts.@Nullable Context tls, @Nullable String sni, @Nullable Preface preface) {}
