package dev.weft.xds.model;

/** Limits the rate of requests, by one bucket where no route has its own. */
public record LocalRateLimitFilter(String name, LocalRateLimit limit) implements HttpFilterConfig {}
