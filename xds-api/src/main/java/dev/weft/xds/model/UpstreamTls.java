package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/** TLS towards endpoints; a null SNI sends none. */
public record UpstreamTls(TlsSettings common, @Nullable String sni) {}
