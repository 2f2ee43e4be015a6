package dev.weft.xds.model;

/** Keeps requests back where too many fail. */
public record ErrorRateBreakerFilter(String name, ErrorRateBreaker breaker)
    implements HttpFilterConfig {}
